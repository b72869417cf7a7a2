import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchSupplies } from './fetch-supplies.ts'
import type { Supply } from './supplies.ts'

const progress = {
  step: () => ({ advance: () => {}, update: () => {}, succeed: () => {}, fail: () => {} }),
  note: () => {},
}
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')
const chartText = 'a chart'
const index = (digest: string) => `apiVersion: v1
entries:
  other:
  - version: 1.2.3
    urls:
    - other-1.2.3.tgz
  stack:
  - apiVersion: v2
    dependencies:
    - name: redis
      version: 1.2.3
    digest: ${digest}
    name: stack
    urls:
    - files/stack-2.0.0.tgz
    version: 2.0.0
  - digest: ${digestOf('an older one')}
    urls:
    - files/stack-1.2.3.tgz
    version: 1.2.3
generated: now
`
const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: { name: manager }
spec:
  template:
    spec:
      containers: [{ name: manager, image: "registry.k8s.io/lws/lws:v0.10.0" }]
`

let server: Server
let origin: string
let folder: string
let asked: string[]
let files: Record<string, string>
beforeEach(async () => {
  asked = []
  files = {
    '/charts/index.yaml': index(digestOf(chartText)),
    '/charts/files/stack-2.0.0.tgz': chartText,
    '/release/manifests.yaml': manifests,
  }
  server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const text = files[url]
    response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'fairlead-supplies-'))
})
afterEach(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const fetched = (supplies: readonly Omit<Supply, 'for'>[]) =>
  fetchSupplies(
    supplies.map((supply) => ({ for: 'x', ...supply })),
    folder,
    { environment: {}, progress, signal: new AbortController().signal },
  )
const stack = () =>
  ({ kind: 'chart', id: 'monitoring', from: `${origin}/charts/`, chart: 'stack', version: 'v2.0.0' }) as const

// proves B14 (stand-in)
describe('charts and manifests of prerequisites', () => {
  it('are saved once, with the images that manifests name', async () => {
    const supplies = [
      stack(),
      { kind: 'manifests', id: 'lws', from: `${origin}/release/manifests.yaml`, version: 'v0.10.0' },
      { kind: 'chart', id: 'certs', from: 'oci://quay.io/charts/cert-manager', version: 'v1' },
      { kind: 'kustomization', id: 'crds', from: 'https://github.com/a/b/config/crd?ref=v1', version: 'v1' },
    ] as const
    expect(await fetched(supplies)).toMatchObject([
      { state: 'fetched', path: 'prerequisites/monitoring/stack-v2.0.0.tgz', images: [] },
      { state: 'fetched', path: 'prerequisites/lws/manifests.yaml', images: ['registry.k8s.io/lws/lws:v0.10.0'] },
      { state: 'inRegistry', path: null },
      { state: 'byHand', path: null },
    ])
    expect(readFileSync(join(folder, 'prerequisites/monitoring/stack-v2.0.0.tgz'), 'utf8')).toBe(chartText)
    const before = asked.length
    const again = await fetched(supplies)
    expect(again.map(({ state }) => state)).toEqual(['there', 'there', 'inRegistry', 'byHand'])
    expect(again[1]?.images).toEqual(['registry.k8s.io/lws/lws:v0.10.0'])
    expect(asked).toHaveLength(before)
  })

  it('are not saved where a chart is another than its repository says, or is not there', async () => {
    files['/charts/files/stack-2.0.0.tgz'] = 'a trojan'
    const [wrong, gone, lost] = await fetched([
      stack(),
      { ...stack(), version: '3.0.0' },
      { kind: 'manifests', id: 'lws', from: `${origin}/release/none.yaml`, version: 'v1' },
    ])
    expect(wrong).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('is not the chart') as string },
    })
    expect(gone).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('has no chart stack 3.0.0') as string },
    })
    expect(lost).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('cannot be had') as string },
    })
    expect(existsSync(join(folder, 'prerequisites'))).toBe(false)
  })
})
