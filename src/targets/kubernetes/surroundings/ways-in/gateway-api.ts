import type { Gateway, GatewayListener, HTTPRoute } from '../../../../kubernetes/index.ts'
import { gatewayInfrastructure, infrastructureComment } from '../../../rendering/cluster/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import { gatewayPart } from '../../context.ts'
import { servicePortOf } from '../../workloads/gateway-services.ts'
import { certificateOf } from './certificate.ts'
import type { WayIn } from './contract.ts'

/** A Gateway with the Fleet’s host, and the route from it to the Fleet’s gateway. */
export function gatewayApiOf(way: WayIn): ObjectArtifact[] {
  const { tlsSecret } = way
  return [...certificateOf(way), gatewayOf(way), ...(tlsSecret === undefined ? [] : [redirectOf(way)]), routeOf(way)]
}

function gatewayOf({ context, settings, tlsSecret }: WayIn): ObjectArtifact {
  const { host, className = '' } = settings
  const listener = { hostname: host, allowedRoutes: { namespaces: { from: 'Same' as const } } }
  const listeners: GatewayListener[] = [
    { name: 'http', port: 80, protocol: 'HTTP', ...listener },
    ...(tlsSecret === undefined
      ? []
      : [
          {
            name: 'https',
            port: 443,
            protocol: 'HTTPS',
            ...listener,
            tls: { mode: 'Terminate' as const, certificateRefs: [{ name: tlsSecret }] },
          },
        ]),
  ]
  const object: Gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: context.metadata(context.names.gateway, gatewayPart),
    spec: { gatewayClassName: className, infrastructure: gatewayInfrastructure, listeners },
  }
  return { kind: 'object', object, comments: [infrastructureComment] }
}

function routeOf({ context, settings, tlsSecret, limits }: WayIn): ObjectArtifact {
  const { names, metadata } = context
  const timeout = `${limits.seconds}s`
  const object: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(names.gateway, gatewayPart),
    spec: {
      parentRefs: [{ name: names.gateway, sectionName: tlsSecret === undefined ? 'http' : 'https' }],
      hostnames: [settings.host],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: names.gatewayService, port: servicePortOf(context) }],
          timeouts: { request: timeout, backendRequest: timeout },
        },
      ],
    },
  }
  const text = 'The longest deadline: it covers a whole stream, and many implementations cut after 15 s otherwise.'
  return { kind: 'object', object, comments: [{ path: ['spec', 'rules', 0, 'timeouts'], text }] }
}

/** Plain HTTP leads to HTTPS. */
function redirectOf({ context, settings }: WayIn): ObjectArtifact {
  const { names, metadata } = context
  const object: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(names.named('to-https'), gatewayPart),
    spec: {
      parentRefs: [{ name: names.gateway, sectionName: 'http' }],
      hostnames: [settings.host],
      rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
    },
  }
  return { kind: 'object', object }
}
