import { version, type Metrics } from '../../observe/index.ts'
import type { PoolScaling } from '../../observe/report/index.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import type { ExactReport } from '../exact/index.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'

/** Has the values that are read rather than counted filled in before each exposition. */
export function collectMetrics(
  metrics: Metrics,
  sources: {
    readonly catalogue: ModelCatalogue
    readonly replicas: () => readonly ReplicaHandle[]
    readonly isDraining: () => boolean
    readonly exact?: () => readonly ExactReport[]
    /** How pools are scaled, as far as this gateway hears of it. */
    readonly scaling?: () => readonly PoolScaling[]
  },
): void {
  metrics.onRender(() => {
    metrics.gauge('fairlead_build_info', { version }).set(1)
    metrics.gauge('fairlead_gateway_draining', {}).set(sources.isDraining() ? 1 : 0)
    for (const handle of sources.replicas()) {
      const labels = { model: handle.replica.model, replica: handle.id }
      metrics.gauge('fairlead_gateway_requests_in_flight', labels).set(handle.ownRequests)
      metrics.gauge('fairlead_gateway_foreign_requests', labels).set(handle.foreign.requests)
      metrics.gauge('fairlead_gateway_replica_ready', labels).set(handle.isReachable ? 1 : 0)
      metrics.gauge('fairlead_gateway_replica_ejected', labels).set(handle.outlier.isEjected ? 1 : 0)
    }
    for (const { model, state, blocks, replicas } of sources.exact?.() ?? []) {
      metrics.gauge('fairlead_scheduler_exact_active', { model }).set(state === 'on' ? 1 : 0)
      metrics.gauge('fairlead_scheduler_exact_blocks', { model }).set(blocks)
      for (const { id, batches, losses } of replicas) {
        const labels = { model, replica: id }
        metrics.counter('fairlead_kv_events_batches_total', labels).value = batches
        metrics.counter('fairlead_kv_events_losses_total', labels).value = losses
      }
    }
    for (const { model, role, decision, totals } of sources.scaling?.() ?? []) {
      metrics.gauge('fairlead_autoscale_wanted_replicas', { model, role }).set(decision.wanted)
      metrics.gauge('fairlead_autoscale_current_replicas', { model, role }).set(decision.current)
      for (const [reason, count] of Object.entries(totals)) {
        metrics.counter('fairlead_autoscale_changes_total', { model, role, reason }).value = count
      }
    }
    const { models } = sources.catalogue
    const ended = totalsOf(metrics)
    for (const { name, series, replicas, room } of models) {
      metrics.gauge('fairlead_queue_length', { model: name }).set(room.length)
      // The older names are views of the same counts.
      const { success, error } = ended.get(name) ?? { success: 0, error: 0 }
      metrics.counter('llm_requests_total', { model: name, status: 'success' }).value = success
      metrics.counter('llm_requests_total', { model: name, status: 'error' }).value = error
      metrics.counter('llm_tokens_generated_total', { model: name }).value = series.outputTokens.value
      const isLoaded = replicas.some((replica) => replica.isAvailable)
      metrics.gauge('llm_model_loaded', { model: name }).set(isLoaded ? 1 : 0)
      metrics.histogram('llm_inference_duration_seconds', { model: name }).cells.set(series.duration.cells)
    }
  })
}

/** Requests of each model that ended, with a reason and without. */
function totalsOf(metrics: Metrics): ReadonlyMap<string, { readonly success: number; readonly error: number }> {
  const totals = new Map<string, { success: number; error: number }>()
  for (const { labels, series } of metrics.all('fairlead_gateway_requests_total')) {
    const model = labels['model'] ?? ''
    const total = totals.get(model) ?? { success: 0, error: 0 }
    const count = series.cells[0] ?? 0
    if (labels['reason'] === '') total.success += count
    else total.error += count
    totals.set(model, total)
  }
  return totals
}
