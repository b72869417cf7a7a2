import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { KubeClient } from '../kubernetes/client/kube-client.ts'
import { startFaultServer } from '../kubernetes/client/testing/fault-server.ts'
import { ClusterViews } from './cluster-views.ts'
import { createInferencePoolSource, keptPod } from './inference-pool.ts'
import type { Pool } from './pool.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

const pool: Pool = {
  model: 'm',
  role: 'decode',
  engine: 'vllm',
  address: { protocol: 'http', host: 'llama.lab', port: 8000, basePath: '' },
  resolve: 'inferencePool',
}
const metadata = (name: string, version: number) => ({
  name,
  namespace: 'lab',
  uid: `uid-${name}`,
  resourceVersion: String(version),
})
const inferencePool = (version: number, app: string, ports: readonly number[]) => ({
  metadata: metadata('llama', version),
  spec: { selector: { matchLabels: { role: 'decode', app } }, targetPorts: ports.map((number) => ({ number })) },
})
const pod = (name: string, podIP: string, status: object = {}) => ({
  metadata: metadata(name, 1),
  status: { podIP, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...status },
})

const read = (object: object) => keptPod({ apiVersion: 'v1', kind: 'Pod', ...object } as never)
const generation = (restartCount: number) =>
  read(pod('a', '10.0.0.1', { containerStatuses: [{ restartCount }] }))?.generation

describe('what a pod is to a gateway', () => {
  it.each([
    ['ready', pod('a', '10.0.0.1'), 'serving'],
    ['not ready', pod('a', '10.0.0.1', { conditions: [{ type: 'Ready', status: 'False' }] }), 'starting'],
    ['ended', pod('a', '10.0.0.1', { phase: 'Failed' }), 'failed'],
    [
      'about to stop',
      { ...pod('a', '10.0.0.1'), metadata: { ...metadata('a', 1), deletionTimestamp: 'now' } },
      'draining',
    ],
    ['without an address', pod('a', ''), undefined],
  ])('%s', (_title, object, phase) => {
    expect(read(object)?.phase).toBe(phase)
  })

  it('is another process once a container has restarted', () => {
    expect(generation(1)).toBe(generation(1))
    expect(generation(1)).not.toBe(generation(2))
  })
})

describe('replicas of an InferencePool', () => {
  it('are its pods at each of its ports, and follow its selector without a moment of none', async () => {
    const server = await startFaultServer()
    cleanUps.push(() => server.stop())
    const watches = new Map<string, ServerResponse>()
    let pools = [inferencePool(1, 'one', [8000, 8001])]
    server.answer((response: ServerResponse, request: IncomingMessage) => {
      const url = new URL(request.url ?? '', 'http://x')
      const isPool = url.pathname.endsWith('/inferencepools')
      if (url.searchParams.has('watch')) {
        response.writeHead(200).flushHeaders()
        watches.set(isPool ? 'pools' : 'pods', response)
        return
      }
      const app = /app=(\w+),role=decode/.exec(url.searchParams.get('labelSelector') ?? '')?.[1]
      const pods = app === 'one' ? [pod('a', '10.0.0.1')] : [pod('b', '10.0.0.2')]
      response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: isPool ? pools : pods }))
    })
    const views = new ClusterViews({ connect: async () => new KubeClient(server.credentials) })
    const source = createInferencePoolSource(pool, views)
    cleanUps.push(async () => {
      await source.close()
      await views.close()
    })
    const counts: number[] = []
    source.subscribe(() => counts.push(source.snapshot().length))
    await source.start()
    const places = () =>
      source.snapshot().map(({ id, role, address }) => `${id} ${role} ${address.host}:${address.port}`)
    await expect.poll(places).toEqual(['a decode 10.0.0.1:8000', 'a decode 10.0.0.1:8001'])
    await expect.poll(() => watches.has('pools')).toBe(true)
    const say = (type: string, object: object) => watches.get('pools')?.write(`${JSON.stringify({ type, object })}\n`)
    say('MODIFIED', inferencePool(2, 'two', [8000]))
    await expect.poll(places).toEqual(['b decode 10.0.0.2:8000'])
    expect(counts).not.toContain(0)
    pools = []
    say('DELETED', inferencePool(3, 'two', [8000]))
    await expect.poll(places).toEqual([])
  })
})
