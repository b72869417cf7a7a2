import type { Gateway, HTTPRoute } from '../../../kubernetes/index.ts'
import { gatewayInfrastructure, infrastructureComment } from '../../rendering/cluster/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import type { LlmdContext, ObjectsOf } from '../context.ts'
import type { ModelPool } from '../pools/index.ts'
import { routerPart } from './part.ts'

/** In mode gateway: a Gateway, and a route to each pool. */
export const renderWaysIn: ObjectsOf = (context) => {
  const { llmd, pools, names, metadata } = context
  const { gatewayClass, mode } = llmd
  if (mode !== 'gateway' || gatewayClass === undefined || pools.length === 0) return {}
  const gateway: Gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: metadata(names.gatewayService, { component: 'router' }),
    spec: {
      gatewayClassName: gatewayClass,
      infrastructure: gatewayInfrastructure,
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'Same' } } }],
    },
  }
  const artifact: ObjectArtifact = { kind: 'object', object: gateway, comments: [infrastructureComment] }
  return { objects: [artifact, ...pools.map((pool) => routeOf(pool, context))] }
}

/** The only model has every path; several have one each, since which model a body names no HTTPRoute can see. */
function routeOf(pool: ModelPool, { pools, names, metadata }: LlmdContext): ObjectArtifact {
  const prefix = pathOf(pool, pools)
  const object: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metadata(pool.name, routerPart(pool)),
    spec: {
      parentRefs: [{ name: names.gatewayService }],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: prefix } }],
          ...(prefix === '/'
            ? {}
            : {
                filters: [
                  {
                    type: 'URLRewrite',
                    urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
                  },
                ],
              }),
          backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: pool.name }],
          timeouts: { request: '0s' },
        },
      ],
    },
  }
  return {
    kind: 'object',
    object,
    comments: [
      { path: ['spec', 'rules', 0, 'timeouts'], text: 'No limit of the whole: answers stream as long as they take.' },
    ],
  }
}

/** Where a model’s clients go, in front of `/v1`. */
const pathOf = ({ modelLabel }: ModelPool, pools: readonly ModelPool[]): string =>
  pools.length === 1 ? '/' : `/${modelLabel}`
