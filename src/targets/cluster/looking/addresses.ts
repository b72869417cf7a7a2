import type { LiveObject, Service } from '../../../kubernetes/index.ts'
import { labelOf, type Live } from '../fleets/parts.ts'
import { componentLabel } from '../fleets/subjects.ts'

/** A way by which clients reach a Fleet. */
export interface FleetAddress {
  /** Base URL. */
  readonly url: string
  /** The object that gives it. */
  readonly by: string
  /** Whether only clients inside the cluster reach it. */
  readonly isInside: boolean
}

/** A way that is not open yet, and why. */
export interface PendingAddress {
  readonly by: string
  readonly why: string
}

/** Kinds that give addresses to a Fleet. */
export const addressKinds = [
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  { apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute' },
] as const

/** The ways to a Fleet by its objects, those from outside first. */
export function addressesOf(objects: readonly LiveObject[]): {
  readonly open: readonly FleetAddress[]
  readonly pending: readonly PendingAddress[]
} {
  const open: FleetAddress[] = []
  const pending: PendingAddress[] = []
  for (const object of objects) {
    const by = `${object.kind} ${object.metadata.name}`
    if (object.kind === 'Service') {
      if (labelOf(object, componentLabel) !== 'gateway' && labelOf(object, componentLabel) !== 'router') continue
      const service = object as Live<Service>
      open.push(...ofService(service, by))
      const waits = service.spec?.type === 'LoadBalancer' && balancersOf(service).length === 0
      if (waits) pending.push({ by, why: 'its load balancer has no address yet; does this cluster make any?' })
    } else {
      open.push(...hostsOf(object).map((url) => ({ url, by, isInside: false })))
    }
  }
  return { open: open.toSorted((a, b) => Number(a.isInside) - Number(b.isInside)), pending }
}

const balancersOf = ({ status }: Service): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname, ip }) => hostname ?? ip ?? [])

function ofService(service: Live<Service>, by: string): FleetAddress[] {
  const { metadata, spec } = service
  const port = spec?.ports?.[0]
  if (port === undefined || spec?.clusterIP === 'None') return []
  const scheme = port.appProtocol === 'https' || port.port === 443 ? 'https' : 'http'
  const usual = scheme === 'https' ? 443 : 80
  const at = (host: string) => `${scheme}://${host}${port.port === usual ? '' : `:${port.port}`}`
  return [
    ...balancersOf(service).map((host) => ({ url: at(host), by, isInside: false })),
    { url: at(`${metadata.name}.${metadata.namespace ?? 'default'}.svc`), by, isInside: true },
  ]
}

interface Rules {
  readonly tls?: unknown
  readonly rules?: readonly { readonly host?: string }[]
  readonly hostnames?: readonly string[]
  readonly routes?: readonly { readonly match?: string }[]
}

/** URLs of hosts that Ingresses, HTTPRoutes and IngressRoutes name. */
function hostsOf(object: LiveObject): string[] {
  const spec = object['spec'] as Rules | undefined
  const hosts = [
    ...(spec?.rules ?? []).flatMap(({ host }) => host ?? []),
    ...(spec?.hostnames ?? []),
    ...(spec?.routes ?? []).flatMap(({ match }) =>
      [...(match ?? '').matchAll(/Host\(`([^`]+)`\)/g)].map(([, host = '']) => host),
    ),
  ]
  // A HTTPRoute’s certificate is at its Gateway, which mostly has one.
  const scheme = spec?.tls !== undefined || object.kind === 'HTTPRoute' ? 'https' : 'http'
  return [...new Set(hosts)].map((host) => `${scheme}://${host}`)
}
