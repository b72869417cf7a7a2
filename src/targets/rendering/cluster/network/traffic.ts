import type { EngineService } from '../../engine-service.ts'
import type { Incoming, Outgoing } from './policy.ts'

/** What of a target’s policies depends on the way that requests take to engines; all else is alike on all targets. */
export interface Traffic {
  /** What the gateway calls for its models. */
  readonly fromGateway: readonly Outgoing[]
  /** Whether the controller asks the gateway for the load by which it scales. */
  readonly asksLoad: boolean
  /** Who calls an engine’s pods, beside Prometheus and the pods of the same model. */
  toEngine(service: EngineService): readonly Incoming[]
  /** What an engine’s pods call, beside the pods of the same model: where weights are, what routes in the pod. */
  fromEngine(service: EngineService): readonly Outgoing[]
}
