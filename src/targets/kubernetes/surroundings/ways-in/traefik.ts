import type { IngressRoute, Middleware, ServersTransport } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import { gatewayPart } from '../../context.ts'
import { certificateOf } from './certificate.ts'
import type { WayIn } from './contract.ts'

/** Traefik’s own objects: a route, what it does to requests, and how it calls the gateway. */
export function traefikOf(way: WayIn): ObjectArtifact[] {
  const { tlsSecret } = way
  return [
    ...certificateOf(way),
    transportOf(way),
    ...(tlsSecret === undefined ? [] : [headersOf(way), redirectOf(way), plainRouteOf(way)]),
    routeOf(way),
  ]
}

const matchOf = ({ settings }: WayIn) => `Host(\`${settings.host}\`)`

function routeOf(way: WayIn): ObjectArtifact {
  const { context, tlsSecret } = way
  const { names, metadata } = context
  const object: IngressRoute = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: metadata(names.gateway, gatewayPart),
    spec: {
      ...classOf(way),
      entryPoints: [tlsSecret === undefined ? 'web' : 'websecure'],
      routes: [
        {
          kind: 'Rule',
          match: matchOf(way),
          ...(tlsSecret === undefined ? {} : { middlewares: [{ name: names.named('headers') }] }),
          services: [
            {
              name: names.gatewayService,
              port: 'http',
              serversTransport: names.gateway,
              responseForwarding: { flushInterval: '1ms' },
            },
          ],
        },
      ],
      ...(tlsSecret === undefined ? {} : { tls: { secretName: tlsSecret } }),
    },
  }
  const path = ['spec', 'routes', 0]
  return {
    kind: 'object',
    object,
    comments: [
      { path: [...path, 'services', 0, 'responseForwarding'], text: 'Tokens go to clients as they come.' },
      {
        path: [...path, 'services'],
        text: 'No buffering middleware: it would hold streams back. The gateway itself refuses bodies beyond gateway.bodyLimit.',
      },
    ],
  }
}

function classOf({ settings }: WayIn): Pick<IngressRoute['spec'], 'ingressClassName'> {
  return settings.className === undefined ? {} : { ingressClassName: settings.className }
}

function transportOf({ context, limits }: WayIn): ObjectArtifact {
  const object: ServersTransport = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'ServersTransport',
    metadata: context.metadata(context.names.gateway, gatewayPart),
    spec: { forwardingTimeouts: { dialTimeout: '5s', responseHeaderTimeout: `${limits.seconds}s` } },
  }
  const text = 'The longest deadline: an answer that does not stream begins when it is whole.'
  const path = ['spec', 'forwardingTimeouts', 'responseHeaderTimeout']
  return { kind: 'object', object, comments: [{ path, text }] }
}

function middlewareOf(last: string, spec: Middleware['spec'], { context }: WayIn): ObjectArtifact {
  const object: Middleware = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: context.metadata(context.names.named(last), gatewayPart),
    spec,
  }
  return { kind: 'object', object }
}

const headersOf = (way: WayIn) =>
  middlewareOf('headers', { headers: { stsSeconds: 31_536_000, contentTypeNosniff: true } }, way)

const redirectOf = (way: WayIn) =>
  middlewareOf('to-https', { redirectScheme: { scheme: 'https', permanent: true } }, way)

/** Plain HTTP leads to HTTPS. */
function plainRouteOf(way: WayIn): ObjectArtifact {
  const { names, metadata } = way.context
  const object: IngressRoute = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: metadata(names.named('to-https'), gatewayPart),
    spec: {
      ...classOf(way),
      entryPoints: ['web'],
      routes: [
        {
          kind: 'Rule',
          match: matchOf(way),
          middlewares: [{ name: names.named('to-https') }],
          services: [{ name: names.gatewayService, port: 'http' }],
        },
      ],
    },
  }
  return { kind: 'object', object }
}
