import type { Container, Pod } from '../../../../src/kubernetes/index.ts'

/** A field of a Pod as the downward API names it, such as `metadata.labels['app']` or `status.podIP`. */
export function fieldOf(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (keyed !== null) return pod.metadata?.[keyed[1] as 'labels' | 'annotations']?.[keyed[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name':
      return pod.metadata?.name ?? ''
    case 'metadata.namespace':
      return pod.metadata?.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata?.uid ?? ''
    case 'metadata.labels':
      return asLines(pod.metadata?.labels)
    case 'metadata.annotations':
      return asLines(pod.metadata?.annotations)
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return pod.status?.hostIP ?? ''
    case 'status.podIP':
    case 'status.podIPs':
      return pod.status?.podIP ?? ''
    default:
      throw new Error(`the kubelet of tests does not know the field ${path}`)
  }
}

const asLines = (values: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(values ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')

/** An amount of a container, such as `limits.memory`; as it is written, where a kubelet would write it in bytes or cores. */
export function resourceFieldOf({ resources }: Container, resource: string): string {
  const [kind = '', ...name] = resource.split('.')
  const amounts = kind === 'limits' ? resources?.limits : resources?.requests
  return String(amounts?.[name.join('.')] ?? '0')
}
