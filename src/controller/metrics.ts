import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What the controller counts; `docs/operate/controller.md` lists it. */
export interface ControllerMetrics {
  readonly leading: Gauge
  readonly fleets: Gauge
  readonly queued: Gauge
  readonly queueWait: Histogram
  readonly reconciliations: Counter<'reason'>
  readonly duration: Histogram
  readonly retries: Counter
  readonly repaired: Counter
  readonly watchProblems: Counter
  readonly scaledPools: Gauge
  readonly scalingChanges: Counter<'reason'>
  readonly scalingProblems: Counter<'reason'>
  readonly contentType: string
  /** The exposition in Prometheus text format 0.0.4. */
  render(): Promise<string>
}

/** Seconds, from a look at a small Fleet to the first apply of one with hundreds of models. */
const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

/** The registry of a controller. */
export function createControllerMetrics(): ControllerMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    leading: new Gauge({
      name: 'fairlead_controller_leader',
      help: 'Whether this controller leads: 1 or 0.',
      registers,
    }),
    fleets: new Gauge({
      name: 'fairlead_controller_fleets',
      help: 'Fleets that the leader follows.',
      registers,
    }),
    queued: new Gauge({
      name: 'fairlead_controller_queue_length',
      help: 'Fleets that wait for a worker.',
      registers,
    }),
    queueWait: new Histogram({
      name: 'fairlead_controller_queue_wait_seconds',
      help: 'Time from when a Fleet was due until a worker took it.',
      buckets,
      registers,
    }),
    reconciliations: new Counter({
      name: 'fairlead_controller_reconciliations_total',
      help: 'Looks at a Fleet, by what came of them: applied, refused, failed, gone, cut_off.',
      labelNames: ['reason'],
      registers,
    }),
    duration: new Histogram({
      name: 'fairlead_controller_reconciliation_duration_seconds',
      help: 'Time that a look at a Fleet took.',
      buckets,
      registers,
    }),
    retries: new Counter({
      name: 'fairlead_controller_retries_total',
      help: 'Failed looks that were put off to be tried again.',
      registers,
    }),
    repaired: new Counter({
      name: 'fairlead_controller_repaired_objects_total',
      help: 'Objects that somebody else had changed or removed, and that were put back.',
      registers,
    }),
    watchProblems: new Counter({
      name: 'fairlead_controller_watch_problems_total',
      help: 'Times that the API server could not be followed for a kind that it has.',
      registers,
    }),
    scaledPools: new Gauge({
      name: 'fairlead_controller_scaled_pools',
      help: 'Kinds of replicas that the leader scales by their load.',
      registers,
    }),
    scalingChanges: new Counter({
      name: 'fairlead_controller_scaling_changes_total',
      help: 'Times that replicas were added or removed, by why.',
      labelNames: ['reason'],
      registers,
    }),
    scalingProblems: new Counter({
      name: 'fairlead_controller_scaling_problems_total',
      help: 'Rounds of scaling that failed, or in which not all gateways told their load: failed, load_unknown.',
      labelNames: ['reason'],
      registers,
    }),
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    render: () => registry.metrics(),
  }
}
