import { parseListenAddress } from '../../../fleet/index.ts'
import type { Service } from '../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import { gatewayPart, type KubernetesContext, type ObjectsOf } from '../context.ts'

/** Seconds for which a client stays with one gateway, where the Fleet asks for it. */
const affinitySeconds = 3_600

/** The Service that clients call, and those that keep other names for them. */
export const renderGatewayServices: ObjectsOf = (context) => {
  const { gateway, names, settings } = context
  if (gateway === null) return {}
  const port = servicePortOf(context)
  return {
    objects: [
      serviceOf(names.gatewayService, port, settings.serviceType, context),
      ...settings.serviceAliases.map(({ name, port: own }) => serviceOf(name, own ?? port, 'ClusterIP', context)),
    ],
  }
}

/** Port of the Service: the Fleet’s word, else that of the gateway’s own listener. */
export function servicePortOf({ fleet, settings }: Pick<KubernetesContext, 'fleet' | 'settings'>): number {
  const { port } = parseListenAddress(fleet.gateway.listen) ?? { port: 0 }
  return settings.servicePort ?? (port === 0 ? 8080 : port)
}

function serviceOf(
  name: string,
  port: number,
  type: KubernetesContext['settings']['serviceType'],
  { metadata, selector, settings }: KubernetesContext,
): ObjectArtifact {
  const object: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, gatewayPart),
    spec: {
      type,
      selector: selector(gatewayPart),
      ports: [{ name: 'http', port, targetPort: 'http', appProtocol: 'http' }],
      ...(settings.sessionAffinity
        ? { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } } }
        : {}),
    },
  }
  return { kind: 'object', object }
}
