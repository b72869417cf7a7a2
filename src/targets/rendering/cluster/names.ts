import type { Fleet } from '../../../fleet/index.ts'
import { dnsLabel } from '../../../kubernetes/index.ts'
import type { EngineService } from '../engine-service.ts'

/**
 * Longest name of a workload. A StatefulSet’s pods carry its name, a dash and a hash of ten characters as one label of at most
 * 63, and a LeaderWorkerSet makes StatefulSets with a number behind its name.
 */
const longestName = 48

/** Last parts of names that are taken, so that a model called `gateway` does not meet the gateway’s own objects. */
const taken = /^(?:gateway|redis|secrets|models|templates|engine|deny|download|.*-nodes)(?:-engine)*$/

/** How the objects of a Fleet are called. All begin with its name, so that several Fleets live in one namespace. */
export interface ObjectNames {
  /** Deployment, ConfigMap and account of the gateway. */
  readonly gateway: string
  /** The Service that clients call. */
  readonly gatewayService: string
  /** Account of every engine. */
  readonly engines: string
  readonly redis: string
  /** The Secret whose keys are variables and files: each `env:` and `file:` reference of the Fleet. */
  readonly secrets: string
  /** Claim that all models share. */
  readonly models: string
  /** ConfigMap of chat templates. */
  readonly templates: string
  /** Headless Service of a kind of replica; its workload too, unless a replica spans machines. */
  engine(service: EngineService): string
  /**
   * Deployment of a kind of replica, or LeaderWorkerSet. That has a name of its own, since its controller makes a Service
   * of the same name, in which pods are found before they are ready.
   */
  workload(service: EngineService): string
  /** Claim of a model’s own volume. */
  modelClaim(service: EngineService): string
  /** DNS name that has the address of each ready replica of a kind. */
  hostOf(service: EngineService): string
  /** A further object, such as `alerts`, within the length that every kind takes. */
  named(last: string): string
}

/** The names of a Fleet’s objects. */
export function namesOf(
  { name: fleet }: Pick<Fleet, 'name'>,
  { namespace, serviceName }: { readonly namespace: string; readonly serviceName?: string | undefined },
): ObjectNames {
  const named = (last: string) => dnsLabel(`${fleet}-${last}`, longestName)
  const engine = ({ name }: EngineService) => named(taken.test(name) ? `${name}-engine` : name)
  return {
    gateway: named('gateway'),
    gatewayService: serviceName ?? fleet,
    engines: named('engine'),
    redis: named('redis'),
    secrets: named('secrets'),
    models: named('models'),
    templates: named('templates'),
    engine,
    workload: (service) => (service.nodes > 1 ? named(`${service.name}-nodes`) : engine(service)),
    modelClaim: ({ modelLabel }) => named(`${modelLabel}-models`),
    hostOf: (service) => `${engine(service)}.${namespace}.svc`,
    named,
  }
}
