import type { Certificate } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../../rendering/index.ts'
import { gatewayPart } from '../../context.ts'
import type { WayIn } from './contract.ts'

/** A certificate of cert-manager, for ways in that do not ask for one by an annotation. */
export function certificateOf({ context, settings, tlsSecret }: WayIn): ObjectArtifact[] {
  const { clusterIssuer, host } = settings
  if (clusterIssuer === undefined || tlsSecret === undefined) return []
  const object: Certificate = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: context.metadata(context.names.gateway, gatewayPart),
    spec: {
      secretName: tlsSecret,
      dnsNames: [host],
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: clusterIssuer },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    },
  }
  return [{ kind: 'object', object }]
}
