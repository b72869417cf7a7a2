import { addresses } from './addresses.ts'
import { run } from './run.ts'

/** The bridge's name; each Pod's link is a port of it. */
export const bridge = 'pods'

/**
 * Lays out the network of a cluster in the namespace of this process: a bridge that Pods are plugged into, and the ranges of
 * nodes and Services as addresses of this process, so that it can listen on any of them.
 */
export async function layOutNetwork(): Promise<void> {
  const { gateway, podPrefixLength, services, nodes } = addresses
  await run('ip', 'link', 'set', 'lo', 'up')
  await run('ip', 'link', 'add', bridge, 'type', 'bridge')
  await run('ip', 'address', 'add', `${gateway}/${podPrefixLength}`, 'dev', bridge)
  await run('ip', 'link', 'set', bridge, 'up')
  for (const range of [services, nodes]) await run('ip', 'route', 'add', 'local', range, 'dev', 'lo')
}
