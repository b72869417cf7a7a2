import { engineSignals, metricNamesOf, type EngineMetricNames, type EngineSignal } from '../../../../observe/index.ts'
import type { EngineService } from '../../../rendering/index.ts'
import type { KubernetesContext } from '../../context.ts'
import { scrapedLabels } from '../monitoring/scrape-labels.ts'

/** A figure that adds replicas. */
export interface Signal {
  readonly name: 'waiting' | 'kv-cache' | 'running' | 'queue' | 'ttft'
  /** What an adapter calls it, since Kubernetes takes no colon in a metric’s name. */
  readonly metric: string
  /** Of each replica, added up; or of the model as a whole. */
  readonly of: 'replicas' | 'model'
  /** PromQL that gives one number for all replicas. */
  readonly query: string
  /** What one replica may have of it; of the model as a whole where it does not add up. */
  readonly threshold: number
  readonly addsUp: boolean
  readonly why: string
}

/** Most sequences that vLLM runs at once where nobody says it (`--max-num-seqs` on GPUs of 70 GiB and more). */
const usualSequences = 1024

const seconds = (milliseconds: number) => milliseconds / 1_000

const sumOf = (metric: string, conditions: readonly string[]) => `sum(${metric}{${conditions.join(', ')}})`

/** What an autoscaler of a kind of replica looks at. */
export function signalsOf(service: EngineService, context: KubernetesContext): Signal[] {
  const { model, role, pool } = service
  const { queuePerReplica, kvCacheUse, ttft } = model.autoscale
  const [names] = metricNamesOf([model.engine])
  const own = conditionsOf(service, context)
  const whole = [...namespaceOf(context), `model=${JSON.stringify(model.name)}`]
  const ofEngine = (signal: EngineSignal) => metricOf(signal, names)
  const engine = (name: Signal['name'], signal: EngineSignal, threshold: number, why: string): Signal[] => {
    const metric = ofEngine(signal)
    if (metric === undefined) return []
    const query = `${sumOf(metric, own)} or vector(0)`
    return [{ name, metric: metric.replace(':', '_'), of: 'replicas', query, threshold, addsUp: true, why }]
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
      pool.settings?.maxSequences ?? usualSequences,
      'Requests that run: it keeps replicas while there are any, and asks for no more than fit into a batch.',
    ),
    ...(ofModel
      ? [
          {
            name: 'queue' as const,
            metric: 'fairlead_queue_length',
            of: 'model' as const,
            query: `${sumOf('fairlead_queue_length', whole)} or vector(0)`,
            threshold: queuePerReplica,
            addsUp: true,
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
            why: 'Median time to the first token, in seconds.',
          },
        ]
      : []),
  ]
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
