import { engineFor } from '../../engines/index.ts'
import type { Model } from '../../fleet/index.ts'

/** An HTTP GET that a platform repeats; any status from 200 to 399 is a yes. */
export interface ProbeSettings {
  readonly path: string
  /** Between two, whole seconds, at least 1. */
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  /** Failures in a row that count. */
  readonly failures: number
}

/** How a platform watches one replica. */
export interface Probes {
  /** Until the model is loaded; the other two begin after it. */
  readonly startup: ProbeSettings
  readonly readiness: ProbeSettings
  /** Slow to judge: a restart costs the whole load of the model. */
  readonly liveness: ProbeSettings
}

const seconds = (milliseconds: number) => Math.max(1, Math.round(milliseconds / 1_000))

/** The probes of a model’s replicas: the Fleet’s own figures, else ones that let a model load within its start-up budget. */
export function probesOf(model: Model): Probes {
  const path = engineFor(model.engine).readinessPath
  const settings = (
    which: keyof Probes,
    starts: { readonly interval: number; readonly timeout: number; readonly failures: number },
  ): ProbeSettings => {
    const own = model.probes[which]
    return {
      path: own.path ?? path,
      intervalSeconds: own.interval === undefined ? starts.interval : seconds(own.interval),
      timeoutSeconds: own.timeout === undefined ? starts.timeout : seconds(own.timeout),
      failures: own.failures ?? starts.failures,
    }
  }
  const startEvery = model.probes.startup.interval === undefined ? 10 : seconds(model.probes.startup.interval)
  const patience = Math.ceil(seconds(model.startupBudget) / startEvery)
  return {
    startup: settings('startup', { interval: startEvery, timeout: 5, failures: patience }),
    readiness: settings('readiness', { interval: 5, timeout: 5, failures: 3 }),
    liveness: settings('liveness', { interval: 20, timeout: 10, failures: 6 }),
  }
}
