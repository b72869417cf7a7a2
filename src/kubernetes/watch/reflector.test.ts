import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KubeClient } from '../client/kube-client.ts'
import {
  events,
  page,
  startFaultServer,
  status,
  stored,
  type Answer,
  type FaultServer,
} from '../client/testing/fault-server.ts'
import type { LiveObject } from '../client/contract.ts'
import { startReflector, type Reflector, type ReflectorOptions } from '../index.ts'

const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'lab' }
const times = { firstBackoffMs: 5, mostBackoffMs: 20, firstPatienceMs: 100, patienceMs: 100 }

let server: FaultServer
let client: KubeClient
let reflector: Reflector<string> | undefined
const problems: (string | null)[] = []
beforeEach(async () => {
  problems.length = 0
  server = await startFaultServer()
  client = new KubeClient(server.credentials, times)
})
afterEach(async () => {
  await reflector?.close()
  await client.close()
  await server.stop()
})

const select = ({ data }: LiveObject) => (data as Record<string, string> | undefined)?.['a']
const onProblem = (problem: Error | null) => void problems.push(problem?.message ?? null)

/** Follows ConfigMaps, and keeps of each what it says under `a`. */
function follow(options: Partial<ReflectorOptions<string>> = {}): { seen: string[]; reflector: Reflector<string> } {
  const seen: string[] = []
  const started = startReflector({ client, query, select, onProblem, backoffMs: [5, 20], ...options })
  reflector = started
  started.subscribe((changes) => {
    for (const { kind, key, ...change } of changes)
      seen.push(`${kind} ${key} ${'value' in change ? change.value : ''}`.trim())
  })
  return { seen, reflector: started }
}

const a = (version: number, value: string) => stored('a', version, { a: value })
const b = (version: number, value: string) => stored('b', version, { a: value })
const open = events([])
const gone: Answer = status(410, 'too old resource version', { reason: 'Expired' })

describe('a lasting view of objects', () => {
  it('lists, then goes on from there, and keeps what is selected only', async () => {
    const { seen, reflector: view } = follow()
    expect([view.isSynced, view.silentMs]).toEqual([false, undefined])
    server.answer(
      page(5, [a(1, 'one'), stored('other', 2)]),
      events(
        [
          ['MODIFIED', a(6, 'two')],
          ['ADDED', b(7, 'three')],
          ['DELETED', a(8, 'two')],
          ['BOOKMARK', stored('', 20)],
        ],
        'end',
      ),
      open,
    )
    await view.synced
    await expect.poll(() => server.asked.length).toBe(3)
    expect(seen).toEqual(['put lab/a one', 'put lab/a two', 'put lab/b three', 'gone lab/a'])
    expect([...view.values()]).toEqual(['three'])
    expect(view.get({ namespace: 'lab', name: 'b' })).toBe('three')
    // A bookmark moves the place at which the next watch begins.
    expect(server.asked[2]).toContain('resourceVersion=20')
    expect(view.silentMs).toBeLessThan(60_000)
  })

  it('misses nothing when the watch is cut: it goes on after the last event', async () => {
    server.answer(page(1, []), events([['ADDED', a(2, 'one')]], 'cut'), events([['ADDED', b(3, 'two')]]))
    const { seen } = follow()
    await expect.poll(() => seen).toEqual(['put lab/a one', 'put lab/b two'])
    expect(server.asked[2]).toContain('resourceVersion=2')
    expect(problems).toEqual(['The connection was closed before the answer was whole.', null])
  })

  it('tells of what went while nobody watched, when its version is no longer kept', async () => {
    for (const over of [gone, events([['ERROR', { kind: 'Status', code: 410, message: 'too old' }]])]) {
      server.answer(
        page(1, [a(1, 'one'), b(1, 'two')]),
        over,
        page(9, [b(1, 'two'), stored('c', 8, { a: 'new' })]),
        open,
      )
      const { seen, reflector: view } = follow()
      await expect.poll(() => seen).toEqual(['put lab/a one', 'put lab/b two', 'gone lab/a', 'put lab/c new'])
      await view.close()
      expect(problems).toEqual([])
    }
  })

  it('lists anew when the server was set back and knows no such version yet', async () => {
    server.answer(
      page(100, [a(90, 'one')]),
      status(504, 'Too large resource version: 100, current: 3'),
      page(3, [a(2, 'old')]),
      open,
    )
    const { seen } = follow()
    await expect.poll(() => seen).toEqual(['put lab/a one', 'put lab/a old'])
  })

  it('keeps what it knows while the server is away, and says since when it is silent', async () => {
    let now = 0
    server.answer(page(1, [a(1, 'one')]), open)
    const { seen, reflector: view } = follow({ clock: { now: () => now, wait: (ms) => wait(ms) } })
    await expect.poll(() => server.asked.length).toBe(2)
    await server.stop()
    now = 3_600_000
    await expect.poll(() => problems.length).toBeGreaterThan(0)
    expect([...view.values()]).toEqual(['one'])
    expect([view.isSynced, view.silentMs]).toEqual([true, 3_600_000])
    server.answer(events([['DELETED', a(2, 'one')]]))
    await server.listen()
    await expect.poll(() => seen).toEqual(['put lab/a one', 'gone lab/a'])
    expect(view.silentMs).toBe(0)
    expect(problems.at(-1)).toBeNull()
  })

  it('asks a broken server more and more seldom', async () => {
    server.answer(page(1, []), events([], 'end'))
    follow({ backoffMs: [20, 100_000] })
    // 20, 40, 80, 160, 320 ms: half of each at least.
    const began = performance.now()
    await expect.poll(() => server.asked.length, { timeout: 20_000 }).toBeGreaterThan(6)
    expect(performance.now() - began).toBeGreaterThan(250)
  })

  it('is not misled by a listing that breaks off', async () => {
    server.answer(
      page(1, [a(1, 'one'), b(1, 'two')]),
      gone,
      page(5, [], 'next'),
      gone,
      page(6, [a(1, 'one')], 'next'),
      page(6, [b(1, 'two')]),
      open,
    )
    const { seen } = follow()
    await expect.poll(() => server.asked.length).toBe(7)
    expect(seen).toEqual(['put lab/a one', 'put lab/b two'])
  })

  it('tells nothing more once it is closed', async () => {
    let send: (() => void) | undefined
    server.answer(page(1, []), (response) => {
      response.writeHead(200).flushHeaders()
      send = () => response.write(`${JSON.stringify({ type: 'ADDED', object: a(2, 'one') })}\n`)
    })
    const { seen, reflector: view } = follow()
    await expect.poll(() => send).toBeDefined()
    await view.close()
    send?.()
    expect(seen).toEqual([])
  })
})
