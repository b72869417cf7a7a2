import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { useKubernetes } from '../use-cluster.ts'
import type { NodeSpec } from '../kubelet/node-object.ts'
import { findNamespaces } from './namespaces.ts'
import { RunningCluster } from './running-cluster.ts'

/** Gives the tests of a file a cluster of their own that runs Pods; they skip with the reason where there can be none. */
export function useRunningCluster(options: {
  readonly nodes: readonly NodeSpec[]
  readonly definitions?: boolean
}): () => RunningCluster {
  const binaries = useKubernetes()
  const namespaces = findNamespaces()
  let cluster: RunningCluster | undefined
  beforeEach(({ skip }) => {
    if ('missing' in namespaces) skip(namespaces.missing)
  })
  beforeAll(async () => {
    if ('missing' in namespaces || inject('cluster').server === undefined) return
    cluster = await RunningCluster.start(namespaces.command, {
      binaries,
      nodes: options.nodes,
      definitions: options.definitions ?? false,
    })
  }, 300_000)
  afterAll(() => cluster?.stop())
  return () => {
    if (cluster === undefined) throw new Error('there is no cluster')
    return cluster
  }
}
