import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, inject } from 'vitest'
import { ApiClient } from './api-client.ts'

/** The API server that the files of project `cluster` share. */
export interface Cluster {
  readonly client: ApiClient
  /** For any Kubernetes client, as cluster administrator. */
  readonly kubeconfig: string
  /** What service accounts have asked of it, for `auditedRequests`. */
  readonly auditFile: string
  /** Runs kubectl; resolves to its output, rejects with what it says. */
  kubectl(...args: readonly string[]): Promise<string>
}

const run = promisify(execFile)

/** Has every test of a file skip, with the reason, where there are no binaries; returns their folder. */
export function useKubernetes(): string {
  const { server, binaries, missing } = inject('cluster')
  beforeEach(({ skip }) => {
    if (server === undefined) skip(missing)
  })
  return binaries
}

/** Gives the tests of a file the shared API server; they skip with the reason where there is none. */
export function useCluster(): Cluster {
  const binaries = useKubernetes()
  const { server } = inject('cluster')
  let client: ApiClient | undefined
  afterAll(() => client?.close())
  return {
    kubeconfig: server?.kubeconfig ?? '',
    auditFile: server?.auditFile ?? '',
    get client() {
      if (server === undefined) throw new Error('there is no API server')
      client ??= new ApiClient(server)
      return client
    },
    async kubectl(...args) {
      const { stdout } = await run(join(binaries, 'kubectl'), ['--kubeconfig', this.kubeconfig, ...args])
      return stdout
    },
  }
}
