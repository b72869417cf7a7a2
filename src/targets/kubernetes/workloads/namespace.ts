import type { Namespace } from '../../../kubernetes/index.ts'
import { engineSecurity, modelCacheOf } from '../../rendering/cluster/index.ts'
import { gatewayPart, type KubernetesContext, type ObjectsOf } from '../context.ts'

/** The Fleet’s namespace, with the strictest Pod Security that its pods pass; `default` is there always. */
export const renderNamespace: ObjectsOf = (context) => {
  const { namespace, metadata } = context
  if (namespace === 'default') return {}
  const { namespace: _, labels, ...rest } = metadata(namespace, gatewayPart)
  const level = levelOf(context)
  const object: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      ...rest,
      labels: {
        ...labels,
        'pod-security.kubernetes.io/enforce': level.name,
        'pod-security.kubernetes.io/warn': level.name,
      },
    },
  }
  const text = `Pod Security: ${level.why}.`
  return { objects: [{ kind: 'object', object, comments: [{ path: ['metadata', 'labels'], text }] }] }
}

/** The strictest level, and what stands against a stricter one (Pod Security Standards). */
function levelOf(context: KubernetesContext): { readonly name: string; readonly why: string } {
  const node = context.engines.find((service) => {
    const kind = modelCacheOf(service, context)?.kind
    return (
      kind === 'hostPath' ||
      kind === 'present' ||
      service.model.adapters.some(({ source }) => source.startsWith('file://'))
    )
  })
  if (node !== undefined)
    return { name: 'privileged', why: `${node.name} mounts a folder of its node, which no other level allows` }
  const root = context.engines.find((service) => engineSecurity(service).user === null)
  if (root !== undefined)
    return { name: 'baseline', why: `the image of ${root.name} may run as root, which restricted does not allow` }
  return { name: 'restricted', why: 'every pod of the Fleet runs without root and without rights' }
}
