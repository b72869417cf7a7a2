import type { ServiceAccount } from '../../../kubernetes/index.ts'
import { renderGatewayServices } from '../../kubernetes/index.ts'
import { gatewayObjects } from '../../rendering/cluster/index.ts'
import { gatewayPart, targetTitle, type ObjectsOf } from '../context.ts'

/** The gateway in front of all InferenceServices: its account, files, Deployment, and the Services that clients call. */
export const renderGateway: ObjectsOf = (context) => {
  const { gateway, names, metadata, asKubernetes } = context
  if (gateway === null) return {}
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(names.gateway, gatewayPart),
    automountServiceAccountToken: false,
  }
  const { objects = [], notes = [] } = gatewayObjects(context, targetTitle)
  const { objects: services = [] } = renderGatewayServices(asKubernetes)
  return { objects: [{ kind: 'object', object: account }, ...objects, ...services], notes }
}
