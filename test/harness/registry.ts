import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import { stop } from './world.ts'

/** A registry of container images that runs. */
export interface RunningRegistry {
  /** `127.0.0.1:5000` */
  readonly host: string
  /** Puts an image there, of nothing where no layers are given, and tells its digest. */
  push(repository: string, tag: string, layers?: readonly string[]): Promise<string>
  /** Puts an image for linux/amd64 and linux/arm64 there, with a layer of its own each, and tells the digests. */
  pushIndex(repository: string, tag: string, layer: string): Promise<{ readonly index: string; readonly arm64: string }>
  close(): Promise<void>
}

/** Who may use it; everybody when absent. The line is of htpasswd, with bcrypt. */
export interface RegistryOptions {
  readonly htpasswd?: string
}

const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`

const imageType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

async function put(url: string, content: string, type: string): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body: content, headers: { 'content-type': type } })
  if (!answer.ok) throw new Error(`PUT ${url}: ${answer.status} ${await answer.text()}`)
}

async function putBlob(host: string, repository: string, blob: string) {
  const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const location = new URL(begun.headers.get('location') ?? '', `http://${host}`)
  location.searchParams.set('digest', digestOf(blob))
  await put(location.href, blob, 'application/octet-stream')
  return { digest: digestOf(blob), size: Buffer.byteLength(blob) }
}

async function putImage(
  host: string,
  repository: string,
  reference: string | undefined,
  architecture: string,
  layers: readonly string[],
) {
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
  })
  const store = (blob: string) => putBlob(host, repository, blob)
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await store(config)) },
    layers: await Promise.all(
      layers.map(async (layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...(await store(layer)) })),
    ),
  })
  const digest = digestOf(manifest)
  await put(`http://${host}/v2/${repository}/manifests/${reference ?? digest}`, manifest, imageType)
  return { mediaType: imageType, digest, size: Buffer.byteLength(manifest) }
}

/** Starts the reference registry (Debian package docker-registry) on a free port; resolves once it answers. */
export async function startRegistry({ htpasswd }: RegistryOptions = {}): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-registry-'))
  const host = `127.0.0.1:${await freePort()}`
  const passwords = join(folder, 'htpasswd')
  if (htpasswd !== undefined) await writeFile(passwords, `${htpasswd}\n`)
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: host },
    ...(htpasswd === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: passwords } } }),
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece))
  await once(child, 'spawn')
  const isServed = async () => {
    if (child.exitCode !== null) throw new Error(`docker-registry ended with ${child.exitCode}: ${output}`)
    const signal = AbortSignal.timeout(5_000)
    return (await fetch(`http://${host}/v2/`, { signal }).catch(() => undefined))?.status !== undefined
  }
  await until(isServed, () => output)

  return {
    host,
    async push(repository, tag, layers = []) {
      return (await putImage(host, repository, tag, 'amd64', layers)).digest
    },
    async pushIndex(repository, tag, layer) {
      const [amd64, arm64] = await Promise.all(
        ['amd64', 'arm64'].map((each) => putImage(host, repository, undefined, each, [`${layer} of ${each}`])),
      )
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [
          { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
          { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
        ],
      })
      await put(`http://${host}/v2/${repository}/manifests/${tag}`, index, indexType)
      return { index: digestOf(index), arm64: arm64?.digest ?? '' }
    },
    async close() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
