import { parseListenAddress } from '../../../fleet/index.ts'
import type { Service, ServiceAccount } from '../../../kubernetes/index.ts'
import { gatewayObjects } from '../../rendering/cluster/index.ts'
import { gatewayPart, targetTitle, type ObjectsOf } from '../context.ts'

/** The gateway in front of all InferenceServices: its account, files, Deployment, and the Service that clients call. */
export const renderGateway: ObjectsOf = (context) => {
  const { gateway, names, metadata, selector, fleet } = context
  if (gateway === null) return {}
  const { port } = parseListenAddress(fleet.gateway.listen) ?? { port: 0 }
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(names.gateway, gatewayPart),
    automountServiceAccountToken: false,
  }
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(names.gatewayService, gatewayPart),
    spec: {
      type: 'ClusterIP',
      selector: selector(gatewayPart),
      ports: [{ name: 'http', port: port === 0 ? 8080 : port, targetPort: 'http', appProtocol: 'http' }],
    },
  }
  const { objects = [], notes = [] } = gatewayObjects(context, targetTitle)
  return {
    objects: [{ kind: 'object', object: account }, ...objects, { kind: 'object', object: service }],
    notes,
  }
}
