import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import { ConstantLoad, type LoadReport } from './harness/story/constant-load.ts'
import { Operator } from './harness/story/operator.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }], definitions: true })
const patienceMs = 300_000

const fleet = (tokensPerSecond: number) => `name: tale
models:
  - name: chat
    engine: simulated
    replicas: 2
    simulated: { ttft: 100ms, tokensPerSecond: ${tokensPerSecond} }
    probes: { startup: { interval: 1s }, readiness: { interval: 1s } }
access: { anonymous: true }
gateway:
  listen: '0.0.0.0:8080'
  # The picker is the one replica that the gateway sees, and a machine that is only busy is no picker that is down.
  deadlines: { connect: 30s }
  health: { timeout: 10s, unhealthyAfter: 10 }
targets:
  default: llmd
  llmd: { namespace: llmd-story, monitoring: none }
`
const fairlead = (...args: readonly string[]) => new Operator(cluster(), '').fairlead(...args)

/** Writes the Fleet file and applies it; resolves to what is printed once everything serves. */
async function apply(tokensPerSecond: number): Promise<string> {
  await writeFile(join(cluster().folder, 'fleet.yaml'), fleet(tokensPerSecond))
  return fairlead('apply', 'fleet.yaml')
}

interface EnginePod {
  readonly isLeaving: boolean
  readonly isReady: boolean
  readonly command: string
}

async function enginePods(): Promise<readonly EnginePod[]> {
  const selector = 'labelSelector=app.kubernetes.io%2Fcomponent%3Dengine'
  const { body } = await cluster().client.get(`/api/v1/namespaces/llmd-story/pods?${selector}`)
  return (body['items'] as readonly Pod[]).map(({ metadata, spec, status }) => ({
    isLeaving: metadata.deletionTimestamp !== undefined,
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    command: spec?.containers[0]?.command?.join(' ') ?? '',
  }))
}

/** Waits until there are so many pods of the model, none of them leaving, all ready and with this in their commands. */
const untilPods = (replicas: number, part = '') =>
  until(
    async () => {
      const pods = await enginePods()
      return (
        pods.length === replicas && pods.every((pod) => !pod.isLeaving && pod.isReady && pod.command.includes(part))
      )
    },
    () => `${replicas} pods with ${part}`,
    patienceMs,
  )

const told = (...words: readonly string[]) => cluster().kubectl(...words, '-n', 'llmd-story')

/** What stands between clients and engines has said and was said of, for who looks why requests failed. */
async function routerTold(): Promise<string> {
  const all = await Promise.all([
    told('logs', 'deployment/tale-gateway'),
    told('logs', 'deployment/tale-chat-epp', '--all-containers', '--prefix'),
    told('get', 'events', '--field-selector=type=Warning'),
  ])
  return all.join('\n')
}

/** What the official client library does by itself. One picker is one way to a model, so a moment without it shows. */
const libraryRetries = 2

// What llm-d and Envoy do here their stand-ins do (`harness/stand-ins/llm-d/`); the rest is the real control plane.
describe('a Fleet on llm-d, its pods as processes', () => {
  let gateway = ''

  /** Does something under constant load; resolves to what became of the load. */
  async function underLoad(action: () => Promise<unknown>): Promise<LoadReport> {
    const load = new ConstantLoad(gateway, 'none', 'chat', libraryRetries)
    const more = async (than: number) =>
      until(
        () => load.answered > than,
        () => 'the load is answered',
        patienceMs,
      )
    await more(1)
    await action()
    await more(load.answered + 1)
    return load.stop('now')
  }

  // proves B5, B7 (real part)
  it(
    'comes up as it is rendered, and a client streams through the address that apply prints',
    async () => {
      const printed = await apply(40)
      const [, host = '', port = ''] = /http:\/\/([\w.-]+):(\d+)/.exec(printed) ?? []
      gateway = await cluster().forward(host, Number(port))
      const client = new OpenAI({ baseURL: `http://${gateway}/v1`, apiKey: 'none' })
      const messages = [{ role: 'user' as const, content: 'hello' }]
      const stream = await client.chat.completions.create({ model: 'chat', stream: true, max_tokens: 12, messages })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      expect(text.length).toBeGreaterThan(12)
    },
    2 * patienceMs,
  )

  // proves B7, C7 (real part)
  it(
    'takes another setting, a third replica and the revision before under load; no request is lost and no answer cut',
    async () => {
      const report = await underLoad(async () => {
        await apply(50)
        await untilPods(2, '"tokensPerSecond":50')
        await fairlead('scale', 'chat', '--replicas', '3', '--fleet', 'fleet.yaml')
        await untilPods(3)
        // With the setting goes the number of replicas.
        await fairlead('rollback', 'fleet.yaml')
        await untilPods(2, '"tokensPerSecond":40')
      })
      const harm = [...report.refused, ...report.cut]
      expect(harm.length === 0 ? harm : [...harm, await routerTold()]).toEqual([])
    },
    4 * patienceMs,
  )

  // proves B7 (real part)
  it(
    'is deleted, and nothing of it is left, neither objects nor processes',
    async () => {
      await fairlead('delete', 'fleet.yaml', '--yes')
      await until(
        async () => (await cluster().order('containers')).length === 0,
        () => 'no process is left',
        patienceMs,
      )
      const kinds = 'all,configmaps,serviceaccounts,roles,rolebindings,inferencepools.inference.networking.k8s.io'
      const left = await cluster().kubectl('get', kinds, '-A', '-l', 'fairlead.dev/fleet=tale', '-o', 'name')
      expect(left).toBe('')
    },
    patienceMs,
  )
})
