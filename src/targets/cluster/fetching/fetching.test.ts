import { describe, expect, it } from 'vitest'
import type {
  Container,
  ContainerStatus,
  KubernetesObject,
  LiveObject,
  Pod,
  PodSpec,
} from '../../../kubernetes/index.ts'
import { decideFetch, podSelectorOf } from './decide-fetch.ts'
import { fetchJob, isShared } from './fetch-job.ts'
import { digestOf, fetchState } from './fetch-state.ts'

const engine = (image: string, revision: string): Container => ({
  name: 'engine',
  image,
  command: ['vllm', 'serve', 'owner/name', '--revision', revision],
  resources: { limits: { 'nvidia.com/gpu': '1' } },
  volumeMounts: [{ name: 'models', mountPath: '/models' }],
})
const fetcher = (revision: string): Container => ({
  name: 'download',
  image: 'vllm:1',
  command: ['hf', 'download', 'owner/name', '--revision', revision, '--exclude', 'original/*'],
  resources: { requests: { cpu: '500m' }, limits: { memory: '4Gi' } },
  volumeMounts: [{ name: 'models', mountPath: '/models' }],
})
const specOf = (image: string, revision: string, more: Partial<PodSpec> = {}): PodSpec => ({
  containers: [engine(image, revision)],
  volumes: [
    { name: 'models', hostPath: { path: '/var/lib/models' } },
    { name: 'shm', emptyDir: {} },
  ],
  ...more,
})
const deployment = (spec: PodSpec): LiveObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'lab-m', namespace: 'llm', uid: 'u', resourceVersion: '1' },
    spec: { selector: { matchLabels: { model: 'm' } }, template: { spec } },
  }) as unknown as LiveObject
const podOn = (nodeName: string, ready = 'True'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p-${nodeName}` },
  spec: { nodeName, containers: [] },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})
const pods = [podOn('n1'), podOn('n2'), podOn('n1'), podOn('lost', 'False')]
const copy = (args: string[]): Container => ({ name: 'pull-model', image: 'fairlead:1', command: ['pull', ...args] })

// proves G5 (real part)
describe('what an update needs on its nodes', () => {
  const before = specOf('vllm:1', 'r1', { initContainers: [copy(['r1'])] })
  it.each<[string, PodSpec, Container | undefined, object | undefined]>([
    ['nothing for other settings', { ...before, terminationGracePeriodSeconds: 5 }, fetcher('r1'), undefined],
    [
      'a new image, on each node where pods serve',
      specOf('vllm:2', 'r1', { initContainers: [copy(['r1'])] }),
      fetcher('r1'),
      { images: ['vllm:2'], weights: [], nodes: ['n1', 'n2'] },
    ],
    [
      'the weights of another revision, which the engine would fetch',
      specOf('vllm:1', 'r2', { initContainers: [copy(['r1'])] }),
      fetcher('r2'),
      { images: [], weights: [copy(['r1']), fetcher('r2')] },
    ],
    [
      'weights that are fetched before the engine starts',
      specOf('vllm:1', 'r1', { initContainers: [copy(['r2'])] }),
      undefined,
      { images: [], weights: [copy(['r2'])] },
    ],
  ])('is %s', (_, spec, fetch, expected) => {
    const decided = decideFetch(deployment(spec) as KubernetesObject, deployment(before), pods, fetch)
    expect([decided]).toMatchObject([expected])
  })

  it('is nothing where no pod serves, since nobody would be disturbed', () => {
    const next = deployment(specOf('vllm:2', 'r2'))
    expect(decideFetch(next, deployment(before), [podOn('n1', 'False')], fetcher('r2'))).toBeUndefined()
  })

  it('is asked of the pods that a workload selects', () => {
    expect(podSelectorOf(deployment(before))).toBe('model=m')
    const group = { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', metadata: { name: 'big' } }
    expect(podSelectorOf(group)).toBe('leaderworkerset.sigs.k8s.io/name=big')
  })
})

describe('the Job that fetches to a node', () => {
  const fetch = {
    workload: 'lab-m',
    spec: specOf('vllm:2', 'r2', { imagePullSecrets: [{ name: 'registry' }] }),
    images: ['vllm:2'],
    weights: [fetcher('r2')],
    nodes: ['n1'],
  }
  const facts = { fleet: 'lab', namespace: 'llm', node: 'n1', suffix: 'abc', timeoutMs: 60_000, hasWeights: true }

  it('asks for no GPU and next to no room, tolerates every taint, and goes by no label of the Fleet', () => {
    const job = fetchJob(fetch, facts)
    const pod = job.spec?.template.spec
    expect(pod).toMatchObject({
      nodeName: 'n1',
      tolerations: [{ operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
      initContainers: [{ name: 'download', resources: { requests: { cpu: '10m' }, limits: { memory: '4Gi' } } }],
      containers: [{ image: 'vllm:2', command: ['true'] }],
      volumes: [{ name: 'models' }],
    })
    expect(JSON.stringify(pod)).not.toContain('nvidia.com/gpu')
    expect(job.spec?.template.metadata?.labels).not.toHaveProperty('fairlead.dev/fleet')
    expect(job.spec?.ttlSecondsAfterFinished).toBeGreaterThan(0)
  })

  it('runs the image of now where there are only weights to fetch, and mounts nothing where there are none', () => {
    expect(fetchJob({ ...fetch, images: [] }, facts).spec?.template.spec?.containers).toMatchObject([
      { image: 'vllm:2' },
    ])
    const { spec } = fetchJob(fetch, { ...facts, hasWeights: false }).spec?.template ?? {}
    expect(spec).toMatchObject({ volumes: [] })
    expect(spec).not.toHaveProperty('initContainers')
  })

  it('is one for all nodes where they share the volume', () => {
    expect(isShared(fetch)).toBe(false)
    const volumes = [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }]
    expect(isShared({ ...fetch, spec: { ...fetch.spec, volumes } })).toBe(true)
  })
})

const status = (state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'c',
  image: 'vllm:2',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...(state === undefined ? {} : { state }),
  ...more,
})
const ended = (exitCode: number) => ({ terminated: { exitCode } })
const waiting = (reason: string) => ({ waiting: { reason, message: 'no such thing' } })
const podWith = (main: ContainerStatus, filler?: ContainerStatus): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c' }] },
  status: { containerStatuses: [main], ...(filler === undefined ? {} : { initContainerStatuses: [filler] }) },
})

describe('how far a fetch is', () => {
  it.each<[string, Pod, object]>([
    ['done', podWith(status(ended(0), { imageID: 'x@sha256:1' })), { kind: 'done', imageIds: ['x@sha256:1'] }],
    ['done: the image has no such program', podWith(status(waiting('RunContainerError'))), { kind: 'done' }],
    ['pulling', podWith(status(waiting('ContainerCreating'))), { kind: 'going', message: 'pulling images' }],
    [
      'fetching',
      podWith(status(waiting('PodInitializing')), status({ running: {} })),
      { kind: 'going', message: 'fetching weights' },
    ],
    ['stuck', podWith(status(waiting('ImagePullBackOff'))), { kind: 'stuck' }],
    ['failed: no name of an image', podWith(status(waiting('InvalidImageName'))), { kind: 'failed' }],
    [
      'tried again',
      podWith(status(waiting('PodInitializing')), status(ended(1), { restartCount: 1 })),
      { kind: 'going' },
    ],
    [
      'failed: tried too often',
      podWith(status(waiting('PodInitializing')), status(ended(1), { restartCount: 3 })),
      { kind: 'failed' },
    ],
  ])('%s', (_, pod, expected) => {
    expect(fetchState(pod)).toMatchObject(expected)
  })

  it('tells the digest that a node has', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    expect(digestOf(`docker-pullable://vllm/vllm-openai@${digest}`)).toBe(digest)
    expect(digestOf('process://vllm')).toBeUndefined()
  })
})
