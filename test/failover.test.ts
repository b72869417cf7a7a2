import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replicaLoads, startFleet, type RunningFleet } from './harness/fleet.ts'
import { until } from './harness/until.ts'
import { openWorld, type World } from './harness/world.ts'

const yaml = `
name: failover
models:
  - name: swift
    engine: simulated
    replicas: 3
    simulated: { ttft: 20ms, tokensPerSecond: 200, maxSequences: 64 }
  - name: other
    engine: simulated
    simulated: { ttft: 20ms, tokensPerSecond: 200 }
`

interface LocalReplica {
  readonly id: string
  readonly state: string
  readonly process: { readonly pid: number } | null
}

/** What one request saw. */
interface Outcome {
  readonly status: number
  readonly began: boolean
  readonly complete: boolean
}

async function ask(url: string, model: string): Promise<Outcome> {
  let began = false
  let text = ''
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] }),
  })
  try {
    for await (const piece of response.body ?? []) {
      began = true
      text += Buffer.from(piece).toString()
    }
  } catch {
    return { status: response.status, began, complete: false }
  }
  return { status: response.status, began, complete: text.includes('data: [DONE]') }
}

describe('two models and three replicas behind one gateway', () => {
  let world: World
  let fleet: RunningFleet

  beforeAll(async () => {
    world = await openWorld({ cache: 'shared' })
    fleet = await startFleet(world, yaml)
  })
  afterAll(() => world.close())

  const replicas = async (): Promise<LocalReplica[]> => {
    const path = join(world.folder, 'home/.local/state/fairlead/failover/state.json')
    return (JSON.parse(await readFile(path, 'utf8')) as { replicas: LocalReplica[] }).replicas
  }

  // proves C7, Q6 (simulated)
  it('fails no request that had not begun to answer when a replica is killed under load, and restarts it', async () => {
    const victim = (await replicas()).find((replica) => replica.id === 'swift-1')
    expect(victim?.process?.pid).toBeGreaterThan(0)
    const outcomes: Outcome[] = []
    const client = async (model: string): Promise<void> => {
      for (let request = 0; request < 12; request += 1) outcomes.push(await ask(fleet.url, model))
    }
    const clients = Array.from({ length: 12 }, (_, index) => client(index % 4 === 3 ? 'other' : 'swift'))
    await until(
      () => outcomes.length >= 24,
      () => `two dozen answers before the kill, there are ${outcomes.length}`,
    )
    process.kill(victim?.process?.pid ?? 0, 'SIGKILL')
    await Promise.all(clients)

    expect(outcomes).toHaveLength(144)
    const failedBeforeAnswer = outcomes.filter((outcome) => outcome.status !== 200 || !outcome.began)
    expect(failedBeforeAnswer).toEqual([])
    const cut = outcomes.filter((outcome) => !outcome.complete).length
    expect(cut, 'only streams of the killed replica may be cut').toBeLessThanOrEqual(12)

    await until(
      async () => (await replicas()).find((replica) => replica.id === 'swift-1')?.state === 'ready',
      () => `swift-1 is ready again:\n${fleet.process.output()}`,
    )
    const after = (await replicas()).find((replica) => replica.id === 'swift-1')
    expect(after?.process?.pid).not.toBe(victim?.process?.pid)
  })

  // proves Q7 (simulated)
  it('counts nothing in flight once every request has ended', async () => {
    const loads = await until(
      async () => {
        const now = await replicaLoads(fleet)
        return now.every((load) => load.inFlight === 0) ? now : undefined
      },
      () => 'every in-flight count is zero',
    )
    expect(loads.map((load) => load.id).sort()).toEqual(['other-0', 'swift-0', 'swift-1', 'swift-2'])
  })
})
