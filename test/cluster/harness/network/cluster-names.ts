import type { EndpointSlice, Service } from '../../../../src/kubernetes/index.ts'
import { endpointsOf, serviceName } from './endpoints.ts'

const domain = 'svc.cluster.local'

/**
 * Names of a cluster with their addresses (Kubernetes DNS-Based Service Discovery 1.1.0): of a Service its own, of a headless
 * one those of its ready Pods, and of Pods with a host name theirs below it.
 */
export function clusterNames(
  services: Iterable<Service>,
  slices: Iterable<EndpointSlice>,
): Map<string, readonly string[]> {
  const all = [...slices]
  const names = new Map<string, readonly string[]>()
  for (const service of services) {
    const name = `${serviceName(service)}.${domain}`
    const { clusterIP = 'None', publishNotReadyAddresses = false } = service.spec ?? {}
    if (clusterIP !== 'None') {
      names.set(name, [clusterIP])
      continue
    }
    const published = endpointsOf(service, all).filter(({ isReady }) => isReady || publishNotReadyAddresses)
    if (published.length > 0) names.set(name, [...new Set(published.map(({ address }) => address))])
    for (const { hostName, address } of published)
      if (hostName !== undefined) names.set(`${hostName}.${name}`, [address])
  }
  return names
}
