import type { Pod } from '../../../../src/kubernetes/index.ts'
import type { RunningCluster } from '../cluster/running-cluster.ts'

/** A replica of a model as a story looks at it. */
export interface EnginePod {
  readonly name: string
  readonly node: string
  readonly isReady: boolean
  /** Whether it is being deleted. */
  readonly isLeaving: boolean
  /** Its engine's command, arguments and variables. */
  readonly command: string
}

/** Pods of a model of a namespace, those that are being deleted included. */
export async function enginePods(
  cluster: RunningCluster,
  namespace: string,
  model: string,
): Promise<readonly EnginePod[]> {
  const query = `labelSelector=${encodeURIComponent(`fairlead.dev/model=${model}`)}`
  const { body } = await cluster.client.get(`/api/v1/namespaces/${namespace}/pods?${query}`)
  return (body['items'] as readonly Pod[]).map(({ metadata, spec, status }) => {
    const { command = [], args = [], env = [] } = spec?.containers[0] ?? {}
    return {
      name: metadata?.name ?? '',
      node: spec?.nodeName ?? '',
      isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      isLeaving: metadata?.deletionTimestamp !== undefined,
      command: [...command, ...args, ...env.map(({ name, value = '' }) => `${name}=${value}`)].join(' '),
    }
  })
}
