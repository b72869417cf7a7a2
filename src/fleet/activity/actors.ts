import type { EngineName } from '../schema/model.ts'
import type { TargetName } from '../schema/targets.ts'

/** A part of Fairlead that acts on fields of the Fleet today. */
export interface Actor {
  readonly name: string
  /** In words that follow “acted on by”. */
  readonly title: string
  /** Engines whose models it acts on; all when absent. */
  readonly engines?: readonly EngineName[]
  /** Whether it acts when the Fleet runs on target local; else only when it is planned or rendered. */
  readonly runs: boolean
  /** The only target that it acts on; every one when absent. */
  readonly target?: TargetName
  /** Fields as `models[].context`; a section with `.*` as a whole. */
  readonly fields: readonly string[]
}

/** Who acts on what. Everything else of the schema is accepted, checked and reported as having no effect yet. */
export const actors: readonly Actor[] = [
  {
    name: 'fairlead',
    title: 'every command that reads the Fleet',
    runs: true,
    fields: ['version', 'name', 'models[].name'],
  },
  {
    name: 'gateway',
    title: 'the gateway',
    runs: true,
    fields: [
      'name',
      'models[].name',
      'models[].aliases',
      'models[].roles',
      'models[].engine',
      'models[].addresses',
      'models[].apiKey.*',
      'models[].upstreamModel',
      'models[].maxInFlight',
      'models[].deadlines.*',
      'models[].chat.reasoningNames',
      'models[].chat.tokenizer',
      'models[].kvCache.events.*',
      'models[].kvCache.prefixCaching',
      'models[].retry.*',
      'models[].routing.policy',
      'models[].routing.prefix.blocks',
      'models[].routing.session.*',
      'models[].routing.disaggregation.*',
      'models[].routing.fallbackModels',
      'models[].prefill.addresses',
      'models[].decode.addresses',
      'models[].flow.maxQueue',
      'models[].flow.maxWait',
      'models[].flow.fairness',
      'models[].flow.priorities',
      'gateway.listen',
      'gateway.admin',
      'gateway.workers',
      'gateway.bodyLimit',
      'gateway.headerLimit',
      'gateway.deadlines.*',
      'gateway.keepAliveAfter',
      'gateway.retry.*',
      'gateway.health.*',
      'gateway.ejection.*',
      'gateway.drain.*',
      'gateway.cors.*',
      'gateway.passUnknownPaths',
      'observe.logs.access',
      'observe.logs.accessSample',
      'routing.policy',
      'routing.prefix.blocks',
      'routing.session.*',
      'routing.disaggregation.*',
      'routing.fallbackModels',
      'flow.maxQueue',
      'flow.maxWait',
      'flow.fairness',
      'flow.priorities',
      'access.anonymous',
      'access.keys[].name',
      'access.keys[].value.*',
      'access.keys[].team',
      'access.keysFile',
    ],
  },
  {
    name: 'models',
    title: 'the model store',
    runs: true,
    fields: ['models[].source', 'models[].checksum'],
  },
  {
    name: 'engine',
    title: 'the engine’s command line',
    runs: true,
    engines: ['llamacpp', 'simulated'],
    fields: [
      'models[].aliases',
      'models[].roles',
      'models[].engine',
      'models[].engineArgs',
      'models[].simulated.*',
      'models[].profile',
      'models[].context',
      'models[].maxSequences',
      'models[].threads',
    ],
  },
  {
    name: 'gpu-engine',
    title: 'the engine’s command line',
    runs: true,
    engines: ['vllm', 'sglang'],
    fields: [
      'models[].aliases',
      'models[].roles',
      'models[].task',
      'models[].source',
      'models[].revision',
      'models[].trustRemoteCode',
      'models[].engine',
      'models[].profile',
      'models[].engineArgs',
      'models[].context',
      'models[].maxSequences',
      'models[].maxBatchedTokens',
      'models[].chunkedPrefill',
      'models[].hardware.memoryFraction',
      'models[].parallelism.*',
      'models[].dtype',
      'models[].quantization',
      'models[].kvCache.*',
      'models[].speculative.*',
      'models[].chat.templateFile',
      'models[].chat.toolParser',
      'models[].chat.reasoningParser',
      'models[].multimodal.*',
      'models[].adapters',
      'models[].maxLoadedAdapters',
      'models[].maxAdapterRank',
      'models[].lifecycle.whenIdle',
    ],
  },
  {
    name: 'sizing',
    title: 'sizing, which decides what the Fleet leaves open',
    runs: true,
    engines: ['vllm', 'sglang'],
    fields: [
      'models[].hardware.gpu',
      'models[].hardware.gpus',
      'models[].hardware.memoryFraction',
      'models[].hardware.group',
      'models[].hardware.groupFraction',
    ],
  },
  {
    name: 'local',
    title: 'the supervisor of target local',
    runs: true,
    fields: ['models[].replicas', 'models[].startupBudget'],
  },
  {
    name: 'plan',
    title: '`fairlead plan`',
    runs: false,
    fields: [
      'models[].aliases',
      'models[].task',
      'models[].source',
      'models[].revision',
      'models[].engine',
      'models[].profile',
      'models[].engineArgs',
      'models[].trustRemoteCode',
      'models[].replicas',
      'models[].minReplicas',
      'models[].maxReplicas',
      'models[].context',
      'models[].maxSequences',
      'models[].maxBatchedTokens',
      'models[].chunkedPrefill',
      'models[].hardware.gpu',
      'models[].hardware.gpus',
      'models[].hardware.memoryFraction',
      'models[].hardware.group',
      'models[].hardware.groupFraction',
      'models[].resources.cpu',
      'models[].resources.memory',
      'models[].resources.memoryRequest',
      'models[].resources.sharedMemory',
      'models[].resources.disk',
      'models[].parallelism.*',
      'models[].dtype',
      'models[].quantization',
      'models[].kvCache.*',
      'models[].speculative.*',
      'models[].chat.templateFile',
      'models[].chat.toolParser',
      'models[].chat.reasoningParser',
      'models[].multimodal.*',
      'models[].adapters',
      'models[].maxLoadedAdapters',
      'models[].maxAdapterRank',
      'models[].prefill.*',
      'models[].decode.*',
      'models[].routing.disaggregation.transfer',
      'models[].lifecycle.load',
      'models[].lifecycle.whenIdle',
      'models[].warmup.enabled',
      'routing.disaggregation.transfer',
      'gateway.replicas',
      'gateway.resources.*',
      'prices.currency',
      'prices.gpus.*',
      'targets.default',
    ],
  },
]

/** What acts on a field, or on a part of it, given as `models[].context`. */
export function actorsOf(field: string): Actor[] {
  return actors.filter(({ fields }) => covers(fields, field) !== false)
}

/** Whether some of `fields` is the field or holds it; undefined when only fields below it are among them. */
export function covers(fields: readonly string[], field: string): boolean | undefined {
  for (const each of fields) {
    const whole = each.endsWith('.*') ? each.slice(0, -2) : undefined
    if (each === field || whole === field) return true
    if (whole !== undefined && (field.startsWith(`${whole}.`) || field.startsWith(`${whole}[`))) return true
  }
  const isAbove = fields.some((each) => each.startsWith(`${field}.`) || each.startsWith(`${field}[].`))
  return field === '' || isAbove ? undefined : false
}
