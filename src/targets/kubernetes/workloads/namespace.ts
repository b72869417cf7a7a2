import type { Namespace } from '../../../kubernetes/index.ts'
import { gatewayPart, type ObjectsOf } from '../context.ts'

/** The Fleet’s namespace; `default` is there always. */
export const renderNamespace: ObjectsOf = ({ namespace, metadata }) => {
  if (namespace === 'default') return {}
  const { namespace: _, ...rest } = metadata(namespace, gatewayPart)
  const object: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: rest }
  return { objects: [{ kind: 'object', object }] }
}
