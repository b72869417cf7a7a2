import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import { diagnose, type Cause, type WhyQuestion } from './why/index.ts'
import type { SeenReplica } from './why/diagnose.ts'

const text = `
name: lab
models:
  - { name: llama, source: "hf://meta-llama/Llama-3.1-8B-Instruct", engine: vllm, context: 16k, replicas: 2, hardware: { gpu: l40s } }
`
const planOf = (fleet: string) =>
  makePlan(
    requireFleet(loadFleet(Buffer.from(fleet), { file: 'f', environment: {}, purpose: 'plan' }), { colour: false }),
    { target: 'local' },
  )
const metrics = (values: Readonly<Record<string, number>>) =>
  Object.entries(values)
    .map(([name, value]) => `vllm:${name}{engine="0",model_name="llama"} ${value}`)
    .join('\n')
const replica = (part: Partial<SeenReplica> = {}): SeenReplica => ({
  id: 'llama-0',
  model: 'llama',
  state: 'ready',
  inFlight: 4,
  metrics: metrics({ num_requests_running: 4, num_requests_waiting: 0, kv_cache_usage_perc: 0.3 }),
  lines: [],
  ...part,
})
const why = (question: WhyQuestion, replicas: readonly SeenReplica[], gatewayMetrics = '', fleet = text): Cause[] =>
  diagnose(question, { plan: planOf(fleet), replicas, gatewayMetrics })

// proves B8 (real part)
describe('why', () => {
  it('finds nothing where nothing stands out', () => {
    expect(why('slow', [replica(), replica({ id: 'llama-1' })])).toEqual([])
    expect(why('oom', [replica()])).toEqual([])
    expect(why('loading', [replica()])).toEqual([])
  })

  it('slow: the KV cache is full, with what fp8 is worth by sizing', () => {
    const full = metrics({
      num_requests_running: 20,
      num_requests_waiting: 30,
      kv_cache_usage_perc: 0.98,
      num_preemptions_total: 12,
    })
    const [first] = why('slow', [replica({ metrics: full }), replica({ id: 'llama-1' })])
    expect(first).toMatchObject({
      model: 'llama',
      seen: 'KV cache 98 % in use, 30 requests wait in engines, 12 preempted',
      change: expect.stringContaining('models[0].kvCache.dtype: fp8'),
    })
    const [, after = '', before = ''] = /holds (\d+) tokens in place of (\d+)/.exec(first?.effect ?? '') ?? []
    expect(Number(after) / Number(before)).toBeCloseTo(2, 1)
  })

  it('slow: requests wait although there is cache: more sequences at once', () => {
    const waiting = metrics({ num_requests_running: 8, num_requests_waiting: 9, kv_cache_usage_perc: 0.2 })
    expect(why('slow', [replica({ metrics: waiting })])[0]?.change).toMatch(/models\[0\]\.maxSequences: \d+/)
  })

  it('slow: the gateway has a queue: how many replicas leave nobody waiting', () => {
    const causes = why('slow', [replica(), replica({ id: 'llama-1' })], 'fairlead_queue_length{model="llama"} 8\n')
    expect(causes[0]).toMatchObject({
      change: 'models[0].replicas: 4',
      seen: '8 requests wait at the gateway, 8 are under way on 2 replicas',
    })
  })

  it('slow: a replica is missing, before anything else', () => {
    const full = metrics({ kv_cache_usage_perc: 0.95 })
    const causes = why('slow', [
      replica({ metrics: full }),
      replica({ id: 'llama-1', state: 'crash-loop', metrics: undefined }),
    ])
    expect(causes.map(({ what }) => what)).toEqual([
      'replicas are missing',
      expect.stringContaining('KV cache is full'),
    ])
  })

  it('slow: prompts are computed that another replica has', () => {
    const cold = metrics({
      kv_cache_usage_perc: 0.1,
      prefix_cache_queries_total: 50_000,
      prefix_cache_hits_total: 2_000,
    })
    expect(why('slow', [replica({ metrics: cold }), replica({ id: 'llama-1' })])[0]).toMatchObject({
      change: 'routing.policy: prefix',
      seen: '4 % of 50000 prompt tokens were cached',
    })
  })

  it('oom: by the engine’s own words, and by size', () => {
    const lines = ['ValueError: No available memory for the cache blocks. Try increasing']
    expect(why('oom', [replica({ state: 'crash-loop', lines })])[0]).toMatchObject({
      change: expect.stringContaining('models[0].hardware.memoryFraction'),
      seen: expect.stringContaining('No available memory'),
    })
    const big = text
      .replace('Llama-3.1-8B-Instruct', 'Llama-3.1-70B-Instruct')
      .replace('gpu: l40s', 'gpu: l40s, gpus: 1')
    const [size] = why('oom', [], '', big)
    expect(size?.seen).toMatch(/lack on each GPU|sizing/)
    expect(size?.effect).toMatch(/^by sizing/)
  })

  it('loading: by what the engine says, else by how long its weights take', () => {
    const gated = ['OSError: You are trying to access a gated repo.']
    expect(why('loading', [replica({ state: 'starting', lines: gated })])[0]?.change).toContain('models[0].token')
    const [reading] = why('loading', [
      replica({ state: 'starting', lines: ['Loading safetensors checkpoint shards: 25%'] }),
    ])
    expect(reading).toMatchObject({
      seen: 'llama-0 is starting; its last line: Loading safetensors checkpoint shards: 25%',
      effect: expect.stringMatching(/GB of weights: \d+ s from a local NVMe/),
    })
  })
})
