import { describe, expect, it } from 'vitest'
import type { LiveObject } from '../../../kubernetes/index.ts'
import type { LoadReport } from '../../../observe/report/index.ts'
import { condition, container, deployment, enginePod, live } from '../testing/pods.ts'
import { addressesOf } from './addresses.ts'
import type { GatewayReports } from './gateway-load.ts'
import { mergeStreams } from './merge-streams.ts'
import { statusOf, versionOf, type StatusFacts } from './status.ts'

const gatewayLabels = { 'app.kubernetes.io/component': 'gateway', 'fairlead.dev/fleet': 'lab' }
const service = (
  name: string,
  spec: object,
  status?: object,
  labels: Record<string, string> = gatewayLabels,
): LiveObject => live({ apiVersion: 'v1', kind: 'Service', metadata: { name, labels }, spec, status })
const port = [{ name: 'http', port: 8080, appProtocol: 'http' }]

describe('addressesOf', () => {
  it('gives what is reached from outside first, and says why a load balancer has none', () => {
    const { open, pending } = addressesOf([
      service('lab', { type: 'LoadBalancer', ports: port }),
      service('lab-llama', { clusterIP: 'None', ports: port }, undefined, { 'app.kubernetes.io/component': 'engine' }),
      live({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'lab' },
        spec: { tls: [{}], rules: [{ host: 'chat.example.org' }] },
      }),
      live({
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'IngressRoute',
        metadata: { name: 'lab' },
        spec: { routes: [{ match: 'Host(`old.example.org`) && PathPrefix(`/`)' }] },
      }),
    ])
    expect(open.map(({ url }) => url)).toEqual([
      'https://chat.example.org',
      'http://old.example.org',
      'http://lab.llm.svc:8080',
    ])
    expect(pending).toEqual([{ by: 'Service lab', why: expect.stringContaining('no address yet') }])
  })

  it('gives the address that a load balancer has', () => {
    const { open } = addressesOf([
      service('lab', { type: 'LoadBalancer', ports: port }, { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } }),
    ])
    expect(open[0]).toMatchObject({ url: 'http://192.0.2.7:8080', isInside: false })
  })
})

const ready = {
  phase: 'Running' as const,
  podIP: '10.0.0.7',
  conditions: [condition('PodScheduled', 'True'), condition('Ready', 'True')],
}
const spec = {
  nodeName: 'gpu-1',
  containers: [
    { name: 'engine', image: 'docker.io/vllm/vllm-openai:v0.32.0', ports: [{ name: 'http', containerPort: 8000 }] },
  ],
}
const looping = {
  phase: 'Running' as const,
  podIP: '10.0.0.8',
  conditions: [condition('PodScheduled', 'True')],
  containerStatuses: [
    container({
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    }),
  ],
}
const gateway = live({
  ...deployment(
    'lab-gateway',
    { replicas: 1 },
    { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 },
  ),
  metadata: { name: 'lab-gateway', generation: 2, labels: gatewayLabels },
})

const silent: GatewayReports = { reports: [], missing: 'no gateway is ready' }

const facts = (gateways = silent): StatusFacts => ({
  target: 'kubernetes',
  context: 'test',
  found: {
    namespace: 'llm',
    inventory: {
      fleet: 'lab',
      target: 'kubernetes',
      state: 'settled',
      revision: 3,
      since: '2026-01-01T00:00:00Z',
      models: [{ label: 'llama', name: 'org/Llama', engine: 'vllm' }],
      objects: [],
    },
  },
  parts: {
    workloads: [
      gateway,
      deployment(
        'lab-llama',
        { replicas: 2, template: { spec } },
        { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1 },
      ),
    ],
    pods: [enginePod('lab-llama-a', ready, { spec }), enginePod('lab-llama-b', looping, { spec })],
    jobs: [],
    claims: [],
  },
  problems: [],
  addresses: { open: [{ url: 'http://lab.llm.svc:8080', by: 'Service lab', isInside: true }], pending: [] },
  gateways,
})

const report: LoadReport = {
  version: 1,
  gatewayVersion: '1.2.3',
  fleet: 'lab',
  draining: false,
  replicas: [
    {
      id: 'llama-0',
      model: 'org/Llama',
      engine: 'vllm',
      address: 'http://10.0.0.7:8000/',
      phase: 'serving',
      ready: true,
      inFlight: 3,
      tokensInFlight: 0,
      pendingPrefillTokens: 0,
      requests: 9,
      tokensPerSecond: 40,
      lastError: null,
      role: 'both',
      reported: { running: 1, waiting: 2, kvCacheUsage: 0.25 },
    },
  ],
  queues: [{ model: 'org/Llama', length: 4, tokens: 0, oldestMs: 0, drainPerSecond: null, priorities: [] }],
  models: [
    { model: 'org/Llama', arrivals: 9, ended: 2, tokens: 9, ttft: { bounds: [1], counts: [2, 0] }, variants: [] },
  ],
  exact: [],
}

describe('statusOf', () => {
  it('tells replicas by the Fleet’s own names, with what gateways count where they answer', () => {
    const status = statusOf(facts({ reports: [report], missing: null }))
    expect(status).toMatchObject({
      running: true,
      gateway: { state: 'ready', address: 'http://lab.llm.svc:8080' },
      pools: [
        { model: 'org/Llama', wanted: 2, ready: 1, updated: 2, version: 'v0.32.0', object: 'Deployment lab-llama' },
      ],
      cluster: { context: 'test', namespace: 'llm', revision: 3, isSettled: true },
    })
    expect(status.load).toMatchObject({ models: [{ model: 'org/Llama', queued: 4, ttftSeconds: 0.5 }], missing: null })
    expect(status.replicas).toMatchObject([
      {
        id: 'lab-llama-a',
        model: 'org/Llama',
        engine: 'vllm',
        state: 'ready',
        address: 'http://10.0.0.7:8000',
        inFlight: 3,
        tokensPerSecond: 40,
        waiting: 2,
        kvCacheUse: 0.25,
        node: 'gpu-1',
        version: 'v0.32.0',
        starts: 1,
      },
      {
        id: 'lab-llama-b',
        state: 'crash-loop',
        starts: 4,
        inFlight: null,
        lastError: expect.stringContaining('exit code 1'),
      },
    ])
  })

  it('is complete without the gateways', () => {
    const { replicas, load } = statusOf(facts())
    expect(replicas).toMatchObject([{ state: 'ready', inFlight: null }, { state: 'crash-loop' }])
    expect(load).toEqual({ models: [], missing: 'no gateway is ready' })
  })
})

describe('what a status is made of', () => {
  it.each([
    ['docker.io/vllm/vllm-openai:v0.32.0', 'v0.32.0'],
    ['registry:5000/engine', undefined],
    ['engine:1.2@sha256:0123456789abcdef', '1.2'],
    ['engine@sha256:0123456789abcdef', '0123456789ab'],
    [undefined, undefined],
  ])('is the version of image %s: %s', (image, version) => expect(versionOf(image)).toBe(version))
})

async function* numbered(name: string) {
  for (let index = 0; index < 3; index += 1) yield `${name}${index}`
}

async function* failing(): AsyncGenerator<string> {
  yield 'one'
  throw new Error('gone')
}

describe('mergeStreams', () => {
  it('gives each stream in its order, and ends with the signal', async () => {
    const ending = new AbortController()
    const streams = mergeStreams<string>(ending.signal)
    streams.add(numbered('a'))
    streams.add(numbered('b'))
    const taken: string[] = []
    for await (const item of streams.items()) {
      taken.push(item)
      if (taken.length === 6) ending.abort()
    }
    expect(taken.filter((item) => item.startsWith('a'))).toEqual(['a0', 'a1', 'a2'])
    expect(taken.filter((item) => item.startsWith('b'))).toEqual(['b0', 'b1', 'b2'])
  })

  it('fails with the first failure of a stream', async () => {
    const streams = mergeStreams<string>(new AbortController().signal)
    streams.add(failing())
    const taken: string[] = []
    const read = async () => {
      for await (const item of streams.items()) taken.push(item)
    }
    await expect(read()).rejects.toThrow('gone')
    expect(taken).toEqual(['one'])
  })
})
