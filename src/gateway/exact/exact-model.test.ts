import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { tokenize } from '../../engines/index.ts'
import { storedEvent } from '../../engines/vllm/kv-events/testing/stored-event.ts'
import { loadFleet } from '../../fleet/index.ts'
import { createLogger } from '../../observe/index.ts'
import { ExactKnowledge } from '../../scheduling/index.ts'
import type { UpstreamClient } from '../data-plane/upstream/contract.ts'
import type { KvEventSink, KvSubscription } from '../kv-events/index.ts'
import { handleAt } from '../testing/handle-at.ts'
import { replicaAt } from '../testing/settable-source.ts'
import { ExactModel } from './exact-model.ts'
import { simulatedPrompting } from './simulated-prompting.ts'

/** An engine that tells the tokens of chats. */
const tellTokens: UpstreamClient['send'] = ({ body }, handler) => {
  const rendered = simulatedPrompting.template.render(JSON.parse(String(body)), 1, 0)
  queueMicrotask(() => {
    handler.onHead(rendered.kind === 'none' ? 400 : 200, [])
    handler.onData(Buffer.from(JSON.stringify({ tokens: rendered.kind === 'none' ? [] : tokenize(rendered.text) })))
    handler.onEnd()
  })
  return { abort: () => {}, pause: () => {}, resume: () => {} }
}
const handles = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const id = `m-${from + index}`
    const kvEvents = { endpoint: `ipc://${id}`, replayEndpoint: null, ranks: 1 }
    const handle = handleAt(from + index, tellTokens, { replica: replicaAt(1, { id, kvEvents }) })
    handle.isReady = true
    return handle
  })
const text = 'river stone '.repeat(40)
const tokens = tokenize(text)

describe('a model that is routed by what its engines say', () => {
  it('knows what each replica holds, however many more come than there were', async () => {
    const { fleet } = loadFleet(
      JSON.stringify({
        name: 'f',
        models: [{ name: 'm', engine: 'simulated', routing: { policy: 'prefixExact', prefix: { blocks: 10_000 } } }],
      }),
      { file: 'f.yaml' },
    )
    const [model] = fleet?.models ?? []
    if (model === undefined) throw new Error('no model')
    /** By endpoint. */
    const sinks = new Map<string, KvEventSink>()
    const exact = new ExactModel({
      model,
      engineName: 'm',
      files: { environment: {}, baseFolder: '/' },
      logger: createLogger({ name: 'test', destination: new Writable({ write: (_chunk, _encoding, done) => done() }) }),
      subscribe: async ({ endpoint }, sink) => {
        sinks.set(endpoint, sink)
        const counts = { batches: 0, events: 0, replayed: 0, losses: 0, problems: 0 }
        return { counts, close: async () => void sinks.delete(endpoint) } as unknown as KvSubscription
      },
      onChange: () => {},
    })
    const first = handles(0, 2)
    const all = [...first, ...handles(2, 1_023)]
    exact.sync(first)
    await expect.poll(() => exact.report.state).toBe('on')
    exact.sync(all)
    await expect
      .poll(() => [exact.report.state, exact.report.replicas.length], { timeout: 10_000 })
      .toEqual(['on', 1_025])
    for (const sink of sinks.values()) {
      sink.apply(0, [storedEvent(tokens, [1n], tokens.length)])
    }
    const { serving } = exact
    if (serving === null) throw new Error('it is not on')
    const held = new Int32Array(1 + Math.max(...all.map(({ exactNumber }) => exactNumber)))
    new ExactKnowledge(serving.memory).heldTokens(Buffer.from(`${text}and on`), held)
    expect(all.filter(({ exactNumber }) => held[exactNumber] !== tokens.length)).toHaveLength(0)
    await exact.close()
  })
})
