import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Access } from './api-client.ts'

/** Writes a kubeconfig file (JSON, which is YAML) and returns its path. */
export function writeKubeconfig(folder: string, user: string, { url, caFile, token }: Access): string {
  const path = join(folder, `${user}.kubeconfig`)
  const name = 'fairlead-test'
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  }
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
  return path
}
