import type { Model, RoutingPolicy } from '../../../fleet/index.ts'
import { enginePorts } from '../../rendering/index.ts'
import { routerPorts } from '../release.ts'
import type { ModelPool } from './model-pool.ts'

/** A plugin of the picker, as its configuration names it. */
interface Plugin {
  readonly type: string
  readonly parameters?: Readonly<Record<string, unknown>>
}

interface Weighted {
  readonly pluginRef: string
  readonly weight?: number
}

/** Tokens of a block of vLLM’s KV cache unless the Fleet says otherwise. */
const blockSize = 16

const exactProducer = 'precise-prefix-cache-producer'

/**
 * The picker’s configuration (llm-d.ai/v1alpha1 EndpointPickerConfig; a file that is read once, no custom resource). Plugins are
 * those of llm-d’s router 0.10: pkg/epp/framework/plugins, deploy/config/*.yaml, docs/disaggregation.md.
 */
export function pickerConfig(pool: ModelPool, namespace: string): object {
  const { isExact, isSplit, model } = pool
  const judges = scorersOf(model)
  const choose = [...judges, { pluginRef: pickerOf(model) }]
  const plugins: Plugin[] = [
    ...(isExact ? exactPlugins(pool, namespace) : []),
    ...judges.map(({ pluginRef: type }) =>
      type === 'prefix-cache-scorer' && isExact
        ? { type, parameters: { prefixMatchInfoProducerName: exactProducer } }
        : { type },
    ),
    { type: pickerOf(model) },
    ...(isSplit ? splitPlugins(model) : []),
  ]
  return {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    ...(model.flow.priorities.length === 0 ? {} : { featureGates: ['flowControl'] }),
    plugins,
    ...(isExact ? { dataLayer: exactSources } : {}),
    schedulingProfiles: isSplit
      ? ['prefill', 'decode'].map((name) => ({ name, plugins: [{ pluginRef: `${name}-filter` }, ...choose] }))
      : [{ name: 'default', plugins: choose }],
  }
}

const byPrefix = [
  { pluginRef: 'prefix-cache-scorer', weight: 3 },
  { pluginRef: 'queue-scorer', weight: 2 },
  { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
]
/** As the router’s charts had it before 2026-08. */
const blend = [...byPrefix, { pluginRef: 'no-hit-lru-scorer', weight: 2 }]

/** What replicas are judged by, for policies that the picker has; weights of prefixes and load are those of the router’s own charts. */
const scorers: Readonly<Partial<Record<RoutingPolicy, readonly Weighted[]>>> = {
  auto: byPrefix,
  prefix: byPrefix,
  prefixExact: byPrefix,
  blend,
  blendExact: blend,
  load: [{ pluginRef: 'token-load-scorer', weight: 1 }],
  leastInFlight: [{ pluginRef: 'active-request-scorer', weight: 1 }],
  roundRobin: [],
  random: [],
}

/** Whether the picker has a policy, or nearly so. */
export const knowsPolicy = (policy: RoutingPolicy): boolean => scorers[policy] !== undefined

const scorersOf = ({ routing }: Model): readonly Weighted[] => scorers[routing.policy] ?? byPrefix

/** Without scores every replica is as likely as another, which is the nearest to turns. */
const pickerOf = (model: Model): string =>
  scorersOf(model).length === 0 ? 'weighted-random-picker' : 'max-score-picker'

/** Prompts as tokens, and the index of what engines say that they hold. */
const exactPlugins = ({ model, tokenizer }: ModelPool, namespace: string): Plugin[] => [
  {
    type: 'token-producer',
    parameters: { modelName: model.name, vllm: { url: `http://${tokenizer}.${namespace}.svc:${routerPorts.member}` } },
  },
  { type: 'endpoint-notification-source' },
  { type: 'metrics-data-source' },
  { type: 'core-metrics-extractor' },
  {
    type: exactProducer,
    parameters: {
      tokenProcessorConfig: { blockSize: model.kvCache.blockSize ?? blockSize, hashSeed: '0' },
      kvEventsConfig: {
        topicFilter: 'kv@',
        discoverPods: true,
        podDiscoveryConfig: { socketPort: enginePorts.kvEvents },
      },
    },
  },
]

/** Which plugin hears of what: pods that come and go, and what they measure. */
const exactSources = {
  sources: [
    { pluginRef: 'metrics-data-source', extractors: [{ pluginRef: 'core-metrics-extractor' }] },
    { pluginRef: 'endpoint-notification-source', extractors: [{ pluginRef: exactProducer }] },
  ],
}

/** Which replicas prefill and which decode, and from how many new tokens on both take part. */
function splitPlugins({ routing }: Model): Plugin[] {
  const { minPromptTokens } = routing.disaggregation
  // 0 would switch disaggregation off (docs/disaggregation.md, “nonCachedTokens”).
  const decider: Plugin =
    minPromptTokens === 0
      ? { type: 'always-disagg-pd-decider' }
      : { type: 'prefix-based-pd-decider', parameters: { nonCachedTokens: minPromptTokens } }
  return [
    { type: 'prefill-filter' },
    { type: 'decode-filter' },
    decider,
    { type: 'disagg-profile-handler', parameters: { deciders: { prefill: decider.type } } },
  ]
}
