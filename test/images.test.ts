import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../src/cli/testing/run-in-process.ts'
import { isInstalled } from '../src/observe/testing/installed.ts'
import { startRegistry, type RunningRegistry } from './harness/registry.ts'

const missing = 'docker-registry is not installed (Debian package docker-registry)'
/** htpasswd -nbB operator not-a-secret */
const htpasswd = 'operator:$2y$05$/lCQMTZCI.UpK0.2qgB1Kuhqg6o4K1iXiOeaCiTUHmgak2vzUddZK'
const login = Buffer.from('operator:not-a-secret').toString('base64')

let upstream: RunningRegistry
let mirror: RunningRegistry
let closed: RunningRegistry
let folder: string
let pushed: { readonly index: string; readonly arm64: string }

beforeAll(async () => {
  if (!isInstalled('docker-registry')) return
  ;[upstream, mirror, closed] = await Promise.all([startRegistry(), startRegistry(), startRegistry({ htpasswd })])
  pushed = await upstream.pushIndex('lab/engine', 'v1', 'a layer '.repeat(200_000))
  await upstream.push('lab/embed', 'v2', ['another layer', 'a layer that both have'])
})
afterAll(async () => {
  await Promise.all([upstream, mirror, closed].map((each) => each?.close()))
})
beforeEach((context) => {
  if (upstream === undefined) context.skip(missing)
  folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'))
  const model = (name: string, image: string) => ({
    name,
    engine: 'vllm',
    source: 'hf://Qwen/Qwen3-8B',
    hardware: { gpu: 'l40s' },
    image: `${upstream.host}/lab/${image}`,
  })
  const fleet = { name: 'lab', models: [model('chat', 'engine:v1'), model('embed', 'embed:v2')] }
  writeFileSync(join(folder, 'fleet.yaml'), JSON.stringify(fleet, null, 2))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const images = (command: string, args: readonly string[], environment = {}) =>
  runCli(['images', command, 'fleet.yaml', '--target', 'kubernetes', '--without-gateway', '--offline', ...args], {
    cwd: folder,
    env: { HOME: folder, ...environment },
  })
const rendered = async () => {
  const args = ['render', 'fleet.yaml', '--target', 'kubernetes', '--without-gateway', '--offline']
  return (await runCli(args, { cwd: folder })).stdout
}
const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
const has = async (registry: RunningRegistry, repository: string, reference: string) =>
  (await fetch(`http://${registry.host}/v2/${repository}/manifests/${reference}`, { headers: { accept } })).status ===
  200

// proves B14 (real part)
describe('images of a Fleet, with real registries', () => {
  it('are told with digests and sizes', async () => {
    const { code, stdout } = await images('list', ['--digests', '--json'])
    expect(code).toBe(0)
    const told = (JSON.parse(stdout) as { images: { image: string; digest: string; bytes: number }[] }).images
    expect(told.find(({ image }) => image.endsWith('engine:v1'))?.digest).toBe(pushed.index)
    // One of the two machines’ layers, and what describes it.
    const bytes = told.find(({ image }) => image.endsWith('engine:v1'))?.bytes ?? 0
    expect(bytes).toBeGreaterThan(1_600_000)
    expect(bytes).toBeLessThan(1_700_000)
  })

  it('are copied once, pinned in the Fleet file, and rendered from there', async () => {
    const to = `${mirror.host}/first`
    const rehearsed = await images('mirror', ['--to', to, '--dry-run'])
    expect(rehearsed.stdout).toMatch(/engine:v1 +3\.2 MB +3\.2 MB\n/)
    expect(await has(mirror, 'first/lab/engine', 'v1')).toBe(false)

    const { code, stdout } = await images('mirror', ['--to', to, '--write'])
    expect(code).toBe(0)
    expect(stdout).toContain('Wrote storage.images')
    expect(await has(mirror, 'first/lab/engine', pushed.arm64)).toBe(true)
    const text = await rendered()
    expect(text).toContain(`image: ${to}/lab/engine:v1@${pushed.index}`)
    expect(text).not.toContain(upstream.host)

    const again = await images('mirror', ['--to', to, '--json'])
    const states = (JSON.parse(again.stdout) as { images: { state: string }[] }).images.map(({ state }) => state)
    expect(states).toEqual(['there', 'there'])
  })

  it('are copied for one platform alone, which is then what is pinned', async () => {
    const { stdout } = await images('mirror', ['--to', `${mirror.host}/arm`, '--platform', 'linux/arm64'])
    expect(parse(stdout)).toMatchObject({
      storage: { images: { digests: { [`${upstream.host}/lab/engine:v1`]: pushed.arm64 } } },
    })
    expect(await has(mirror, 'arm/lab/engine', pushed.index)).toBe(false)
    const wrong = await images('mirror', ['--to', `${mirror.host}/s390`, '--platform', 'linux/s390x'])
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toContain('It has images for linux/amd64, linux/arm64.')
    // What is for one platform alone is copied nonetheless.
    expect(await has(mirror, 's390/lab/embed', 'v2')).toBe(true)
  })

  it('need the login of docker login where the registry wants one', async () => {
    const to = `${closed.host}/lab`
    const refused = await images('mirror', ['--to', to])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`docker login ${closed.host}`)
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [closed.host]: { auth: login } } }))
    const allowed = await images('mirror', ['--to', to], { DOCKER_CONFIG: folder })
    expect(allowed.code).toBe(0)
    expect(allowed.stdout + allowed.stderr).not.toContain('not-a-secret')
    expect(allowed.stdout + allowed.stderr).not.toContain(login)
  })

  it('go into a folder and from there to a registry, without those who publish them', async () => {
    const bundled = await images('bundle', ['--without-charts', '--output', 'bundle'])
    expect(bundled.code).toBe(0)
    expect(readdirSync(join(folder, 'bundle')).toSorted()).toEqual([
      'blobs',
      'bundle.json',
      'fleet.yaml',
      'index.json',
      'oci-layout',
      'rendered',
    ])
    // Made again it fetches nothing.
    const again = await images('bundle', ['--without-charts', '--output', 'bundle', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ images: [{ state: 'there' }, { state: 'there' }] })

    mkdirSync(join(folder, 'inside'))
    const args = [
      'images',
      'mirror',
      '../bundle/fleet.yaml',
      '--from',
      '../bundle',
      '--to',
      `${mirror.host}/air`,
      '--write',
    ]
    const { code } = await runCli(args, { cwd: join(folder, 'inside'), env: { HOME: folder } })
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'bundle/fleet.yaml'), 'utf8')).toContain(`${mirror.host}/air`)
    expect(await has(mirror, 'air/lab/engine', pushed.index)).toBe(true)
  })

  it('are taken by somebody else’s client, every layer checked', async (context) => {
    if (!isInstalled('skopeo')) return context.skip('skopeo is not installed (Debian package skopeo)')
    await images('mirror', ['--to', `${mirror.host}/skopeo`])
    await images('bundle', ['--without-charts', '--output', 'bundle'])
    const places = [
      `docker://${mirror.host}/skopeo/lab/engine:v1`,
      `oci:${folder}/bundle:${upstream.host}/lab/engine:v1`,
    ]
    const taken = places.map((place, index) => {
      const args = ['copy', '--all', '--src-tls-verify=false', place, `dir:${folder}/taken-${index}`]
      const { status, stderr } = spawnSync('skopeo', args, { encoding: 'utf8' })
      return { status, stderr }
    })
    expect(taken).toEqual(places.map(() => ({ status: 0, stderr: '' })))
  })

  it('that were changed in the folder are not copied', async () => {
    await images('bundle', ['--without-charts', '--output', 'bundle'])
    const blobs = join(folder, 'bundle/blobs/sha256')
    const largest = readdirSync(blobs).find((name) => readFileSync(join(blobs, name), 'utf8').startsWith('a layer a'))
    const content = readFileSync(join(blobs, largest ?? ''), 'utf8')
    writeFileSync(join(blobs, largest ?? ''), content.replace('a', 'b'))
    const { code, stderr } = await images('mirror', ['--from', 'bundle', '--to', `${mirror.host}/changed`])
    expect(code).toBe(1)
    expect(stderr).toContain('not what its digest says')
    expect(await has(mirror, 'changed/lab/engine', 'v1')).toBe(false)
    expect(existsSync(join(blobs, largest ?? ''))).toBe(true)
  })
})
