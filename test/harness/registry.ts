import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'
import { freePort, stop } from './world.ts'

/** A registry of container images that runs. */
export interface RunningRegistry {
  /** `127.0.0.1:5000` */
  readonly host: string
  /** Puts an image of nothing there. */
  push(repository: string, tag: string): Promise<void>
  close(): Promise<void>
}

const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`

async function put(url: string, content: string, type: string): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body: content, headers: { 'content-type': type } })
  if (!answer.ok) throw new Error(`PUT ${url}: ${answer.status} ${await answer.text()}`)
}
/** Starts the reference registry (Debian package docker-registry) on a free port; resolves once it answers. */
export async function startRegistry(): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const config = { version: '0.1', storage: { filesystem: { rootdirectory: folder } }, http: { addr: host } }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece))
  await once(child, 'spawn')
  const isServed = async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok
  await until(isServed, () => output)

  return {
    host,
    async push(repository, tag) {
      const blob = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
      const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
      const location = new URL(begun.headers.get('location') ?? '', `http://${host}`)
      location.searchParams.set('digest', digestOf(blob))
      await put(location.href, blob, 'application/octet-stream')
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: digestOf(blob),
          size: Buffer.byteLength(blob),
        },
        layers: [],
      })
      await put(
        `http://${host}/v2/${repository}/manifests/${tag}`,
        manifest,
        'application/vnd.oci.image.manifest.v1+json',
      )
    },
    async close() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
