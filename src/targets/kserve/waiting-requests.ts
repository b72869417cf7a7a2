import type { EngineName } from '../../fleet/index.ts'
import type { PlanWarning } from '../../plan/index.ts'
import type { EngineService } from '../rendering/index.ts'
import { targetTitle, type KserveContext } from './context.ts'

/** Where Prometheus is by kube-prometheus-stack’s usual names. */
const prometheus = 'http://prometheus-operated.monitoring.svc:9090'

/** What engines call their waiting requests (src/engines/<engine>/load.ts). */
const waitingMetric: Readonly<Partial<Record<EngineName, string>>> = {
  vllm: 'vllm:num_requests_waiting',
  simulated: 'vllm:num_requests_waiting',
  sglang: 'sglang:num_queue_reqs',
  llamacpp: 'llamacpp:requests_deferred',
}

/** The question for how many requests wait at a kind of replica. */
export interface WaitingRequests {
  readonly server: string
  /** PromQL. */
  readonly text: string
  readonly notes: readonly PlanWarning[]
}

/** The number of waiting requests of a service, as Prometheus knows it from its engines. */
export function waitingRequests(service: EngineService, { namespace, serviceName }: KserveContext): WaitingRequests {
  const name = waitingMetric[service.model.engine]
  const pods = `${serviceName(service)}-.*`
  return {
    server: prometheus,
    text: `sum(${name ?? ''}{namespace="${namespace}",pod=~"${pods}"})`,
    notes: [
      ...(name === undefined
        ? [
            {
              severity: 'error' as const,
              id: 'kserve-keda-metric',
              path: `${service.path}.autoscale.by`,
              message: `${targetTitle}: engine ${service.model.engine} tells no number of waiting requests`,
              suggestion: 'autoscale.by: none',
            },
          ]
        : []),
      {
        severity: 'warning',
        id: 'kserve-prometheus',
        path: `${service.path}.autoscale.by`,
        message: `${targetTitle}: KEDA asks Prometheus at ${prometheus}; where yours is elsewhere, change serverAddress`,
      },
    ],
  }
}
