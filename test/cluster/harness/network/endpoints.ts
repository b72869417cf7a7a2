import type { EndpointSlice, Service } from '../../../../src/kubernetes/index.ts'
import { keyOf } from '../informer.ts'

/** An address behind a Service. */
export interface ServiceEndpoint {
  readonly address: string
  /** By the name of the Service's port; `''` where it has none. */
  readonly ports: ReadonlyMap<string, number>
  readonly isReady: boolean
  /** It ends, and still answers. */
  readonly isServingWhileEnding: boolean
  readonly hostName: string | undefined
}

/** All endpoints of a Service, ready or not. */
export function endpointsOf(service: Service, slices: Iterable<EndpointSlice>): readonly ServiceEndpoint[] {
  const own = [...slices].filter(
    ({ metadata }) =>
      metadata?.namespace === service.metadata?.namespace &&
      metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name,
  )
  return own.flatMap(({ endpoints, ports }) =>
    (endpoints ?? []).flatMap(({ addresses, conditions, hostname }) => {
      const numbers = (ports ?? []).map(({ name, port }) => [name ?? '', port ?? 0] as const)
      const isServingWhileEnding = conditions?.terminating === true && conditions.serving !== false
      const common = {
        ports: new Map(numbers),
        isReady: conditions?.ready !== false,
        isServingWhileEnding,
        hostName: hostname,
      }
      return addresses.map((address) => ({ address, ...common }))
    }),
  )
}

/** Those that new connections go to: the ready ones; where there is none, those that end and still answer, as kube-proxy does. */
export function chosenEndpoints(all: readonly ServiceEndpoint[]): readonly ServiceEndpoint[] {
  const ready = all.filter(({ isReady }) => isReady)
  return ready.length > 0 ? ready : all.filter(({ isServingWhileEnding }) => isServingWhileEnding)
}

/** `name.namespace` of a Service. */
export const serviceName = (service: Service): string => keyOf(service).split('/').toReversed().join('.')
