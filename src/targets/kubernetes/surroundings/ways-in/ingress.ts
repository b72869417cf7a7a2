import type { Ingress } from '../../../../kubernetes/index.ts'
import type { Comment, ObjectArtifact } from '../../../rendering/index.ts'
import { gatewayPart } from '../../context.ts'
import type { WayIn, WayInLimits } from './contract.ts'

/** An Ingress, with the annotations of ingress-nginx where its class is one. */
export function ingressOf({ context, settings, tlsSecret, limits }: WayIn): ObjectArtifact[] {
  const { names, metadata } = context
  const { host, className, clusterIssuer } = settings
  const meta = metadata(names.gateway, gatewayPart)
  const annotations = {
    ...meta.annotations,
    ...(clusterIssuer === undefined ? {} : { 'cert-manager.io/cluster-issuer': clusterIssuer }),
    ...(isNginx(className) ? nginxAnnotations(limits) : {}),
  }
  const object: Ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...meta, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tlsSecret === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: names.gatewayService, port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    },
  }
  return [{ kind: 'object', object, comments: isNginx(className) ? nginxComments : [] }]
}

const isNginx = (className: string | undefined): boolean => className?.includes('nginx') === true

const prefix = 'nginx.ingress.kubernetes.io'

function nginxAnnotations({ seconds, bodyBytes }: WayInLimits): Record<string, string> {
  return {
    [`${prefix}/proxy-body-size`]: `${Math.ceil(bodyBytes / 1024 ** 2)}m`,
    [`${prefix}/proxy-buffering`]: 'off',
    [`${prefix}/proxy-read-timeout`]: String(seconds),
    [`${prefix}/proxy-request-buffering`]: 'off',
    [`${prefix}/proxy-send-timeout`]: String(seconds),
  }
}

const at = (name: string) => ['metadata', 'annotations', `${prefix}/${name}`]
const nginxComments: readonly Comment[] = [
  { path: at('proxy-body-size'), text: 'gateway.bodyLimit; nginx takes 1 MB otherwise.' },
  { path: at('proxy-buffering'), text: 'Tokens go to clients as they come.' },
  {
    path: at('proxy-read-timeout'),
    text: 'The longest deadline: an answer that does not stream is silent until it is whole; nginx gives up after 60 s otherwise.',
  },
]
