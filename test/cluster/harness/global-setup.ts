import type { TestProject } from 'vitest/node'
import { startControlPlane } from './control-plane.ts'
import type { Access } from './api-client.ts'

/** What the files of project `cluster` share. */
export interface SharedCluster {
  /** The API server; undefined where this machine has none. */
  readonly server: (Access & { readonly kubeconfig: string; readonly auditFile: string }) | undefined
  /** The folder of the binaries. */
  readonly binaries: string
  /** Why there is no server. */
  readonly missing: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: SharedCluster
  }
}

/** Starts one API server with all custom resource definitions for the files of project `cluster`. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const binaries = process.env['FAIRLEAD_TEST_KUBERNETES']
  if (binaries === undefined) {
    const missing = process.env['FAIRLEAD_TEST_KUBERNETES_MISSING'] ?? 'not started by `npm run test:cluster`'
    project.provide('cluster', { server: undefined, binaries: '', missing })
    return undefined
  }
  const { url, caFile, token, kubeconfig, auditFile, stop } = await startControlPlane({ binaries, definitions: true })
  project.provide('cluster', { server: { url, caFile, token, kubeconfig, auditFile }, binaries, missing: '' })
  return stop
}
