import type { Namespace } from '../../../kubernetes/index.ts'
import { gatewayPart, type ObjectsOf } from '../context.ts'

/** The Fleet’s namespace; `default` is there always. */
export const renderNamespace: ObjectsOf = ({ namespace, metadata }) => {
  if (namespace === 'default') return {}
  const { namespace: _, ...rest } = metadata(namespace, gatewayPart)
  const object: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: rest }
  const text =
    'No Pod Security level: what KServe adds to pods (storage initializer, queue proxy) is not ours to vouch for.'
  return { objects: [{ kind: 'object', object, comments: [{ path: ['metadata'], text }] }] }
}
