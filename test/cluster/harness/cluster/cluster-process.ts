/** The first process of a cluster's namespaces: `unshare … node cluster-process.ts`, told what to be over IPC. */
import { InsideCluster } from './inside.ts'
import type { ClusterMessage, ClusterOptions, OrderMessage } from './messages.ts'

const say = (message: ClusterMessage) => process.send?.(message, undefined, undefined, () => {})
const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

async function serve(options: ClusterOptions): Promise<void> {
  const cluster = await InsideCluster.start(options)
  const { url, caFile, token } = cluster.plane
  process.on('message', ({ id, order, args }: OrderMessage) => {
    const call = cluster[order].bind(cluster) as (...args: readonly unknown[]) => Promise<unknown>
    Promise.resolve()
      .then(() => call(...args))
      .then(
        (result) => say({ type: 'done', id, result }),
        (error: unknown) => say({ type: 'done', id, error: textOf(error) }),
      )
  })
  say({ type: 'ready', port: Number(new URL(url).port), caFile, token })
}

// With this process ends every process of its namespace.
process.on('disconnect', () => process.exit())
process.once('message', (options: ClusterOptions) => {
  serve(options).catch((error: unknown) => say({ type: 'failed', message: textOf(error) }))
})
