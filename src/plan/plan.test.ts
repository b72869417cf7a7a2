import { describe, expect, it } from 'vitest'
import { fleetSchema, type FleetInput } from '../fleet/index.ts'
import { sizeModel } from '../sizing/index.ts'
import { makePlan, plannedFleet, type Plan, type PoolPlan } from './index.ts'

type ModelInput = FleetInput['models'][number]
type Rest = Omit<FleetInput, 'name' | 'models'>

const plan = (models: readonly Partial<ModelInput>[], rest: Rest = {}): Plan =>
  makePlan(
    fleetSchema.parse({
      name: 'lab',
      models: models.map((model, index) => ({ name: `m${index}`, ...model })),
      ...rest,
    }),
  )
const llama = { source: 'hf://meta-llama/Llama-3.1-8B-Instruct' }
const onl40s = { ...llama, hardware: { gpu: 'l40s' } }

function onlyPool(planned: Plan): PoolPlan {
  const pool = planned.models[0]?.pools[0]
  if (pool === undefined) throw new Error('no pool')
  return pool
}
const decision = (planned: Plan, field: string) => {
  const found = onlyPool(planned).decisions.find((each) => each.field === field)
  return found === undefined ? undefined : [found.value, found.by, found.reason]
}
const ids = ({ warnings }: Plan) => warnings.filter(({ severity }) => severity !== 'info').map(({ id }) => id)

/** A model with fields by dotted path written into it. */
function edited(model: Partial<ModelInput>, edit: Readonly<Record<string, string | number>>): Partial<ModelInput> {
  const copy: Record<string, unknown> = structuredClone(model)
  for (const [path, value] of Object.entries(edit)) {
    const [section, field] = path.split('.')
    if (section === undefined) continue
    copy[section] = field === undefined ? value : { ...(copy[section] as object | undefined), [field]: value }
  }
  return copy
}

// proves A4 (real part)
describe('settings of a plan', () => {
  it('say where each value comes from', () => {
    const planned = plan([{ ...onl40s, context: '32k', maxSequences: 64 }])
    expect(decision(planned, 'context')).toEqual([32_768, 'fleet', 'from the Fleet'])
    expect(decision(planned, 'hardware.memoryFraction')).toEqual([
      0.92,
      'engine',
      expect.stringContaining('own default'),
    ])
    expect(decision(planned, 'maxBatchedTokens')).toEqual([2048, 'engine', expect.stringContaining('on this GPU')])
  })

  it.each([
    ['throughput', 0.9],
    ['latency', 0.7],
    ['memory', 0.6],
  ] as const)('start from profile %s with a memory fraction of %s', (profile, fraction) => {
    const planned = plan([{ ...onl40s, profile, context: '4k' }])
    expect(decision(planned, 'hardware.memoryFraction')).toEqual([
      fraction,
      'profile',
      expect.stringContaining(`profile ${profile}`),
    ])
    expect(onlyPool(planned).command?.join(' ')).toContain(`--gpu-memory-utilization ${fraction}`)
  })

  it('raise the fraction of a profile to what the model takes, and say so', () => {
    const planned = plan([{ ...llama, profile: 'latency', context: '8k', hardware: { gpu: 'l4' } }])
    const [fraction, by, reason] = decision(planned, 'hardware.memoryFraction') ?? []
    expect([by, reason]).toEqual(['sizing', expect.stringContaining('profile latency starts at 0.7')])
    expect(fraction).toBeGreaterThan(0.7)
    expect(planned.fits).toBe(true)
    // A hundredth less does not fit.
    const { request } = onlyPool(planned)
    if (request === undefined) throw new Error('not sized')
    expect(sizeModel({ ...request, memoryFraction: Number(fraction) - 0.01 }).fits).toBe(false)
  })

  it('keep the context of profile memory at 4,096, also against the Fleet, and say so', () => {
    const planned = plan([{ ...onl40s, profile: 'memory', context: '32k' }])
    expect(decision(planned, 'context')?.[0]).toBe(4096)
    expect(ids(planned)).toEqual(['context-cut-by-profile'])
  })

  it('ask for a GPU of its own and warm-up with profile latency', () => {
    const planned = plan([{ ...onl40s, profile: 'latency' }])
    expect(decision(planned, 'hardware.sharing')?.[0]).toBe('exclusive')
    expect(decision(planned, 'warmup.enabled')?.[0]).toBe(true)
  })

  it('cut a context that nobody asked for to what fits', () => {
    const planned = plan([{ ...llama, hardware: { gpu: 'l4' } }])
    const [context, by, reason] = decision(planned, 'context') ?? []
    expect([by, reason]).toEqual(['sizing', expect.stringContaining('of the model’s own 131,072 tokens fit')])
    expect(Number(context) % 1024).toBe(0)
    expect(planned.fits).toBe(true)
    expect(onlyPool(planned).command).toContain(String(context))
  })

  it('take the cheapest GPU that holds a model where the Fleet names none', () => {
    const planned = plan([{ ...llama, context: '8k' }])
    expect(decision(planned, 'hardware.gpu')?.[1]).toBe('sizing')
    expect(planned.fits).toBe(true)
  })

  it('leave arguments of the person last, and tell those that the engine refuses or that say a field again', () => {
    const planned = plan([{ ...onl40s, context: '8k', engineArgs: ['--swap-space=4', '--max-model-len', '4096'] }])
    expect(onlyPool(planned).command?.slice(-3)).toEqual(['--swap-space=4', '--max-model-len', '4096'])
    expect(
      planned.warnings.filter(({ path }) => path.includes('engineArgs')).map(({ id, path }) => [id, path]),
    ).toEqual([
      ['argument-removed', 'models[0].engineArgs[0]'],
      ['argument-doubled', 'models[0].engineArgs[1]'],
    ])
  })
})

// proves A6 (real part)
describe('the size of a plan', () => {
  it('is no when a model does not fit, with how much lacks and ways out that fit', () => {
    const planned = plan([{ ...llama, context: '128k', hardware: { gpu: 'l4' } }])
    expect(planned.fits).toBe(false)
    expect(ids(planned)).toContain('does-not-fit')
    const { waysOut, sizing } = onlyPool(planned)
    expect(sizing?.shortBy).toBeGreaterThan(0)
    expect(waysOut).toHaveLength(3)
    for (const { request } of waysOut) expect(sizeModel(request).fits).toBe(true)
  })

  it.each([
    ['a context that is too long', { ...llama, context: '128k', hardware: { gpu: 'l4' } }],
    ['weights that are too large', { source: 'hf://meta-llama/Llama-3.3-70B-Instruct', hardware: { gpu: 'h100' } }],
    ['a cache that is too large', { source: 'hf://Qwen/Qwen3-14B', context: '32k', hardware: { gpu: 'l4' } }],
  ] as const)('offers ways out of %s that fit once they are written into the Fleet', (_, model) => {
    const edits = onlyPool(plan([model])).waysOut.map(({ fleetEdit }) => fleetEdit)
    expect(edits.length).toBeGreaterThan(0)
    for (const edit of edits) expect([edit, plan([edited(model, edit)]).fits]).toEqual([edit, true])
  })

  it.each([
    [
      'a GPU that current engines have left behind',
      { ...llama, context: '8k', hardware: { gpu: 'v100' } },
      'unsupported-gpu',
    ],
    ['a context above the model’s own', { ...onl40s, context: '256k' }, 'context-beyond-model'],
    ['heads that do not divide', { ...onl40s, context: '8k', parallelism: { tensor: 3 } }, 'heads-not-divisible'],
  ] as const)('tells of %s', (_, model, id) => expect(ids(plan([model]))).toContain(id))

  it.each([
    [1, 'parallelism-exceeds-gpus', false],
    [4, 'gpus-left-idle', true],
  ])('tells of %i GPUs for a parallelism that takes 2', (gpus, id, fits) => {
    const planned = plan([
      { ...llama, context: '8k', hardware: { gpu: 'l40s', gpus }, parallelism: { tensor: 2, pipeline: 1 } },
    ])
    expect(ids(planned)).toContain(id)
    expect(planned.fits).toBe(fits)
  })

  it('says so where the model or the GPU is not known, and answers neither yes nor no', () => {
    const unknown = plan([{ source: 'hf://nobody/nothing' }, { ...llama, hardware: { gpu: 'l999' } }])
    expect(ids(unknown)).toEqual(['unknown-model', 'unknown-gpu'])
    expect(unknown.fits).toBe(true)
  })

  it('counts nodes by what a machine holds, and their hosts', () => {
    const planned = plan([
      { ...onl40s, context: '8k', hardware: { gpu: 'l40s', gpus: 2 }, minReplicas: 1, maxReplicas: 3 },
    ])
    expect(planned.nodes).toMatchObject([{ kind: 'l40s', gpusPerNode: 2, nodes: 3, gpusAtMost: 6 }])
    expect(planned.nodes[0]?.cpusPerNode).toBe((onlyPool(planned).host?.cpus ?? 0) + 1)
  })

  it('takes what the Fleet asks of a host before what sizing does', () => {
    const { host } = onlyPool(plan([{ ...onl40s, resources: { cpu: 16, memory: '64Gi' } }]))
    expect(host).toMatchObject({ cpus: 16, memoryBytes: 64 * 2 ** 30, reasons: { cpus: 'from the Fleet' } })
  })

  it('counts memory of the machine for llama.cpp without a GPU', () => {
    const source = 'hf://HuggingFaceTB/SmolLM2-135M-Instruct-GGUF:smollm2-135m-instruct.Q8_0.gguf'
    const { processor } = onlyPool(plan([{ source, context: '8k', maxSequences: 2 }]))
    expect(processor).toMatchObject({ sequences: 2, context: 8192, kvBytesPerToken: 23_040 })
    expect(processor?.items.find(({ name }) => name === 'kv')?.bytes).toBe(2 * 8192 * 23_040)
    // Said or not, that there is no GPU is no division by it.
    const said = onlyPool(plan([{ source, context: '8k', maxSequences: 2, hardware: { gpus: 0 } }]))
    expect(said.processor).toEqual(processor)
  })

  it('gives an engine its GPU where nobody knows the model, and none where the Fleet says so', () => {
    const unknown = { source: 'hf://owner/name' }
    expect(onlyPool(plan([unknown])).gpus).toBe(1)
    expect(onlyPool(plan([{ ...unknown, hardware: { gpus: 4 } }])).gpus).toBe(4)
    expect(onlyPool(plan([{ ...unknown, hardware: { gpu: 'l40s', gpus: 0 } }]))).toMatchObject({ gpus: 0 })
    const without = plan([{ ...onl40s, hardware: { gpu: 'l40s', gpus: 0 } }])
    expect(onlyPool(without)).not.toHaveProperty('gpu')
    expect(without.nodes.filter(({ gpusPerNode }) => gpusPerNode > 0)).toEqual([])
  })
})

describe('prefill and decode pools', () => {
  const planned = plan([
    {
      source: 'hf://meta-llama/Llama-3.3-70B-Instruct',
      context: '16k',
      prefill: { hardware: { gpu: 'h100', gpus: 4 }, minReplicas: 2, maxReplicas: 8, maxBatchedTokens: '32k' },
      decode: { hardware: { gpu: 'h100', gpus: 2 }, minReplicas: 4, maxReplicas: 20, maxSequences: 64 },
    },
  ])
  const [prefill, decode] = planned.models[0]?.pools ?? []

  it('have settings, sizes and commands of their own', () => {
    expect([prefill?.role, prefill?.gpus, prefill?.replicas.max]).toEqual(['prefill', 4, 8])
    expect([decode?.role, decode?.gpus, decode?.replicas.max]).toEqual(['decode', 2, 20])
    expect(prefill?.command?.join(' ')).toMatch(
      /--max-num-batched-tokens 32768 .*--tensor-parallel-size 4.*kv_producer/,
    )
    expect(decode?.command?.join(' ')).toMatch(/--max-num-seqs 64 .*--tensor-parallel-size 2.*kv_consumer/)
  })

  it('need a network for what prefill hands over', () => {
    const rows = planned.nodes.flatMap(({ network }) => network)
    expect(rows.find(({ what }) => what.includes('KV cache'))?.gigabitsPerSecond).toBeGreaterThan(1)
  })
})

const shared = (gpu: string, more: Partial<ModelInput> = {}): Partial<ModelInput> => ({
  ...llama,
  context: '8k',
  hardware: { gpu, group: 'one', groupFraction: 0.9 },
  ...more,
})
const qwen = { source: 'hf://Qwen/Qwen3-4B-AWQ' }

// proves A7 (real part)
describe('models that share a GPU', () => {
  it('split it by what each takes, and their fractions add up to the total', () => {
    const planned = plan([shared('a100-80gb'), shared('a100-80gb', qwen)])
    const [group] = planned.groups
    expect(group).toMatchObject({ total: 0.9, fits: true })
    const sum = (group?.members ?? []).reduce((added, { fraction }) => added + fraction, 0)
    expect(sum).toBeGreaterThan(0.85)
    expect(sum).toBeLessThanOrEqual(0.9)
    expect(planned.fits).toBe(true)
    // Nodes and money count the GPU once.
    expect(planned.nodes).toMatchObject([{ nodes: 1, gpusAtMost: 1 }])
    const shares = planned.models.map(({ pools }) => pools[0]?.price?.perHour ?? 0)
    expect(shares.reduce((added, share) => added + share, 0)).toBeCloseTo(planned.costPerHour?.max ?? 0)
  })

  it('leave a fraction of the Fleet as it is, and share the rest', () => {
    const fixed = { ...qwen, hardware: { gpu: 'a100-80gb', group: 'one', groupFraction: 0.9, memoryFraction: 0.2 } }
    const planned = plan([shared('a100-80gb'), shared('a100-80gb', fixed)])
    expect(planned.groups[0]?.members[1]).toMatchObject({ fraction: 0.2, reason: 'from the Fleet' })
    expect(planned.groups[0]?.members[0]?.fraction).toBeGreaterThan(0.6)
  })

  it('are refused when together they take more than the GPU has', () => {
    const planned = plan([shared('l4'), shared('l4', qwen)])
    expect(planned.groups[0]?.fits).toBe(false)
    expect(ids(planned)).toContain('group-does-not-fit')
    expect(planned.fits).toBe(false)
  })

  it('take turns when they load on request, so that only the largest counts', () => {
    const onRequest = { lifecycle: { load: 'request' as const } }
    const planned = plan([shared('l4', onRequest), shared('l4', { ...qwen, ...onRequest })])
    expect(planned.groups[0]?.fits).toBe(true)
    expect(planned.fits).toBe(true)
  })

  it('are together on the cheapest GPU that holds them all, where none is named', () => {
    const open = { context: '8k', hardware: { group: 'one', groupFraction: 0.85 } } as const
    const planned = plan([
      { ...llama, ...open },
      { ...qwen, ...open },
    ])
    const keys = planned.models.map(({ pools }) => pools[0]?.gpu?.key)
    expect(new Set(keys).size).toBe(1)
    expect(planned.groups[0]).toMatchObject({ gpu: planned.models[0]?.pools[0]?.gpu?.title, fits: true })
    expect(planned.groups[0]?.members.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^sizing: /),
      expect.stringMatching(/^sizing: /),
    ])
    expect(planned.nodes).toMatchObject([{ nodes: 1, gpusAtMost: 1 }])
    expect(ids(planned)).toEqual([])
  })

  it('must name the same GPU', () => {
    expect(ids(plan([shared('l4'), shared('l40s', qwen)]))).toContain('group-differs')
  })
})

// proves F4 (real part)
describe('money', () => {
  it('is counted from the prices of the Fleet, else from the catalogue', () => {
    const catalogue = plan([onl40s])
    const own = plan([onl40s], { prices: { currency: 'EUR', gpus: [{ name: 'L40S', perHour: 2 }] } })
    expect(catalogue.costPerHour?.currency).toBe('USD')
    expect(own.costPerHour).toMatchObject({ currency: 'EUR', min: 2, max: 2 })
    expect(onlyPool(own).price?.reason).toBe('prices.gpus of the Fleet')
    const ratio = 2 / (onlyPool(catalogue).price?.perHour ?? 0)
    const output = (planned: Plan) => onlyPool(planned).sizing?.costPerMillionTokens?.output ?? 0
    expect(output(own) / output(catalogue)).toBeCloseTo(ratio, 1)
  })
})

const planned = (model: Partial<ModelInput>) =>
  plannedFleet(fleetSchema.parse({ name: 'lab', models: [{ name: 'm', ...model }] })).models[0]

describe('what runs', () => {
  it('is what was planned: what sizing decided stands in the Fleet', () => {
    expect(planned({ ...llama, hardware: { gpu: 'l4', gpus: 2 } })?.parallelism.tensor).toBe(2)
    const onL4 = { ...llama, hardware: { gpu: 'l4' } }
    expect(planned(onL4)?.context).toBe(decision(plan([onL4]), 'context')?.[0])
    expect(planned(onL4)?.context).toBeLessThan(131_072)
  })

  it('is the Fleet itself where no GPU is named, since the one that is there may be another', () => {
    expect(planned(llama)?.context).toBeUndefined()
  })

  it('leaves the engine’s own defaults to the engine', () => {
    const model = planned({ ...onl40s, context: '8k' })
    expect([model?.maxSequences, model?.hardware.memoryFraction]).toEqual([undefined, undefined])
  })
})
