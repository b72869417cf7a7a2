import { engineSignals, metricNamesOf, type EngineMetricNames, type EngineSignal } from '../../../../observe/index.ts'
import type { EngineService } from '../../../rendering/index.ts'
import type { KubernetesContext } from '../../context.ts'
import { scrapedLabels } from '../monitoring/scrape-labels.ts'

/** A figure that adds replicas. */
export interface Signal {
  readonly name: 'waiting' | 'kv-cache' | 'running' | 'gpu' | 'queue' | 'ttft'
  /** What an adapter calls it, since Kubernetes takes no colon in a metric’s name. */
  readonly metric: string
  /** Of each replica, added up; or of the model as a whole. */
  readonly of: 'replicas' | 'model'
  /** PromQL that gives one number for all replicas. */
  readonly query: string
  /** What one replica may have of it; of the model as a whole where it does not add up. */
  readonly threshold: number
  readonly addsUp: boolean
  /** Whether it asks for replicas; what only tells that there is work to do holds the last one up. */
  readonly isNeed: boolean
  readonly why: string
}

/** Most sequences that vLLM runs at once where nobody says it (`--max-num-seqs` on GPUs of 70 GiB and more). */
const usualSequences = 1024

const seconds = (milliseconds: number) => milliseconds / 1_000

const sumOf = (metric: string, conditions: readonly string[]) => `sum(${metric}{${conditions.join(', ')}})`

/** What an autoscaler of a kind of replica looks at. */
export function signalsOf(service: EngineService, context: KubernetesContext): Signal[] {
  const { model, role, pool } = service
  const { queuePerReplica, kvCacheUse, concurrency, gpuUse, ttft } = model.autoscale
  const [names] = metricNamesOf([model.engine])
  const own = conditionsOf(service, context)
  const whole = [...namespaceOf(context), `model=${JSON.stringify(model.name)}`]
  const ofEngine = (signal: EngineSignal) => metricOf(signal, names)
  const engine = (
    name: Signal['name'],
    signal: EngineSignal,
    threshold: number,
    why: string,
    isNeed = true,
  ): Signal[] => {
    const metric = ofEngine(signal)
    if (metric === undefined) return []
    const query = `${sumOf(metric, own)} or vector(0)`
    return [{ name, metric: metric.replace(':', '_'), of: 'replicas', query, threshold, addsUp: true, isNeed, why }]
  }
  // What the gateway tells is of the model: prefill replicas shorten its queue, and the time to the first token.
  const ofModel = context.gateway !== null && role !== 'decode'
  return [
    ...engine('waiting', engineSignals.waiting, queuePerReplica, 'Requests that wait in the engines.'),
    ...(role === 'prefill'
      ? []
      : engine('kv-cache', engineSignals.kvUsage, kvCacheUse, 'Share of the KV cache in use, 0 to 1.')),
    ...engine(
      'running',
      engineSignals.running,
      concurrency ?? pool.settings?.maxSequences ?? usualSequences,
      concurrency === undefined
        ? 'Requests that run: it keeps replicas while there are any, and asks for no more than fit into a batch.'
        : 'Requests that run (autoscale.concurrency).',
      concurrency !== undefined,
    ),
    ...(gpuUse === undefined || service.gpus === 0 ? [] : [gpuSignal(gpuUse, service, context)]),
    ...(ofModel
      ? [
          {
            name: 'queue' as const,
            metric: 'fairlead_queue_length',
            of: 'model' as const,
            query: `${sumOf('fairlead_queue_length', whole)} or vector(0)`,
            threshold: queuePerReplica,
            addsUp: true,
            isNeed: true,
            why: 'Requests that wait in the gateway, also while there is no replica.',
          },
        ]
      : []),
    ...(ofModel && ttft !== undefined
      ? [
          {
            name: 'ttft' as const,
            metric: 'fairlead_gateway_ttft_median_seconds',
            of: 'model' as const,
            query: `histogram_quantile(0.5, sum by (le) (rate(fairlead_gateway_ttft_seconds_bucket{${whole.join(', ')}}[2m])))`,
            threshold: seconds(ttft),
            addsUp: false,
            isNeed: true,
            why: 'Median time to the first token, in seconds.',
          },
        ]
      : []),
  ]
}

/** NVIDIA's DCGM exporter: use of a GPU in percent. */
export const gpuUseMetric = 'DCGM_FI_DEV_GPU_UTIL'

/**
 * Of a replica's GPUs the mean. The exporter names the pod that a GPU is given to in labels `namespace` and `pod`, which a
 * scrape without `honorLabels` calls `exported_namespace` and `exported_pod`.
 */
function gpuSignal(gpuUse: number, service: EngineService, { names, namespace }: KubernetesContext): Signal {
  const pods = JSON.stringify(`${names.workload(service)}-.+`)
  const ofReplicas = (prefix: string) =>
    `sum(avg by (${prefix}pod) (${gpuUseMetric}{${prefix}namespace=${JSON.stringify(namespace)}, ${prefix}pod=~${pods}}))`
  return {
    name: 'gpu',
    metric: gpuUseMetric,
    of: 'replicas',
    query: `${ofReplicas('exported_')} or ${ofReplicas('')} or vector(0)`,
    threshold: Math.round(gpuUse * 100),
    addsUp: true,
    isNeed: true,
    why: 'Utilisation of its GPUs in percent, by the DCGM exporter. It is near 100 with a single request, too.',
  }
}

const metricOf = (signal: EngineSignal, names: EngineMetricNames | undefined) =>
  names === undefined ? undefined : signal[names]

const namespaceOf = (context: KubernetesContext) =>
  Object.entries(scrapedLabels(context)).map(([label, value]) => `${label}=${JSON.stringify(value)}`)

/** Conditions that find the series of a kind of replica: labels of its pods, which the scrape keeps. */
function conditionsOf(service: EngineService, context: KubernetesContext): string[] {
  const { modelLabel, role } = service
  return [...namespaceOf(context), `fairlead_dev_model="${modelLabel}"`, `fairlead_dev_role="${role}"`]
}
