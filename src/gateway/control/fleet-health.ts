/** What a model's health is told from. */
export interface ModelHealthInput {
  readonly name: string
  /** Replicas that are meant to be there. */
  readonly expected: number
  /** Whether each replica that is known may get requests. */
  readonly available: readonly boolean[]
}

/** How well a model, or all of them, can answer. */
type HealthStatus = 'ok' | 'degraded' | 'unhealthy'

/** The document at `/health`. */
export interface FleetHealth {
  readonly status: HealthStatus
  readonly dependencies: {
    readonly models: {
      readonly [model: string]: { readonly status: HealthStatus; readonly ready: number; readonly replicas: number }
    }
  }
}

/**
 * `ok`: every model that starts with the Fleet has all its replicas; `unhealthy`: none of these models answers;
 * else `degraded`. Models that are meant to have no replica now are listed and not judged.
 */
export function fleetHealth(models: readonly ModelHealthInput[]): FleetHealth {
  const judged = models.map(({ name, expected, available }) => {
    const ready = available.filter(Boolean).length
    const replicas = Math.max(expected, available.length)
    const status: HealthStatus = ready >= replicas ? 'ok' : ready > 0 ? 'degraded' : 'unhealthy'
    return { name, isStartUp: expected > 0, status, ready, replicas }
  })
  const startUp = judged.filter(({ isStartUp }) => isStartUp)
  const isAll = (wanted: HealthStatus) => startUp.every(({ status }) => status === wanted)
  const status = isAll('ok') ? 'ok' : isAll('unhealthy') ? 'unhealthy' : 'degraded'
  return {
    status,
    dependencies: {
      models: Object.fromEntries(
        judged.map(({ name, status, ready, replicas }) => [name, { status, ready, replicas }]),
      ),
    },
  }
}
