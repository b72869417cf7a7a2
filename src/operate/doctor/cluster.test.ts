import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { ClusterError, type KubernetesObject } from '../../kubernetes/index.ts'
import { makePlan } from '../../plan/index.ts'
import { findRenderer, isObject } from '../../targets/index.ts'
import { clusterChecks, rememberLists } from './cluster/index.ts'
import type { CheckResult } from './contract.ts'
import { runChecks } from './run-checks.ts'
import { fakeCluster, type FakeCluster } from './testing/fake-cluster.ts'
import { fakeMachine, type FakeMachine } from './testing/fake-machine.ts'

const fleetText = `
name: lab
access: { keys: [{ name: team, value: { secretRef: { name: keys, key: team } } }] }
models:
  - name: llama
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    token: { env: HF_TOKEN }
    engine: vllm
    context: 8k
    hardware: { gpu: l40s }
    placement: { nodeSelector: { zone: a } , priorityClass: high }
    maxReplicas: 4
    minReplicas: 2
storage: { models: { kind: sharedClaim, storageClass: longhorn } }
autoscale: { by: hpa }
targets: { kubernetes: { namespace: llm, serviceType: LoadBalancer, ingress: { host: llm.example.org, className: nginx, tlsSecret: llm-tls } } }
`
const fleet = requireFleet(loadFleet(Buffer.from(fleetText), { file: 'f', environment: {}, purpose: 'kubernetes' }), {
  colour: false,
})
const plan = makePlan(fleet, { target: 'kubernetes' })
const rendering = findRenderer('kubernetes')?.render(plan, {
  version: '0.1.0',
  fleetText,
  overrides: {},
  gateway: true,
})
const objects: readonly KubernetesObject[] = (rendering?.artifacts ?? []).filter(isObject).map(({ object }) => object)

/** For llm.example.org, until 2036; its key was never kept. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBpTCCAUugAwIBAgIUQv+qI9PnHjAEH4fBvPlHP20MUNAwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPbGxtLmV4YW1wbGUub3JnMB4XDTI2MTEyMjAzNTEwOFoXDTM2
MTExOTAzNTEwOFowGjEYMBYGA1UEAwwPbGxtLmV4YW1wbGUub3JnMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEsBGack2627socneEdd+eMKlRP0Jk7xHNu5q9fSHL
FzkF1gmFshjnf7HBBpo4s9jMXVzO0rd38YRLujxYwzXFgKNvMG0wHQYDVR0OBBYE
FBnZrlhcdef2D8rp+BjV4SmHJJx6MB8GA1UdIwQYMBaAFBnZrlhcdef2D8rp+BjV
4SmHJJx6MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIPbGxtLmV4YW1wbGUu
b3JnMAoGCCqGSM49BAMCA0gAMEUCIQDcoBttRRtE2rWyKjqG0Kl0l/Uzb+j3diL5
7jiNXeSyTAIgfK9qEbwasUaydKLl0b7v5UxpDEfVV253AN/1oDRTuHc=
-----END CERTIFICATE-----
`

const ofFleet = { 'fairlead.dev/fleet': 'lab' }
const object = (kind: string, name: string, rest: object = {}, labels: object = ofFleet) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'llm', labels },
  ...rest,
})
const wide = (kind: string, name: string, rest: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...metadata },
  ...rest,
})
const isTrue = (type: string) => ({ type, status: 'True', reason: 'Good', message: '' })
const isFalse = (type: string, reason: string, message: string) => ({ type, status: 'False', reason, message })

const node = (
  name: string,
  { gpus = '4', product = 'NVIDIA-L40S', conditions = [isTrue('Ready')] as object[], labels = {} } = {},
) =>
  wide(
    'Node',
    name,
    { status: { allocatable: gpus === '0' ? {} : { 'nvidia.com/gpu': gpus }, conditions } },
    { labels: { zone: 'a', 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': product, ...labels } },
  )
const pod = (name: string, status: object = {}) =>
  object('Pod', name, {
    status: {
      phase: 'Running',
      startTime: '2026-11-22T00:00:00Z',
      conditions: [isTrue('PodScheduled'), isTrue('Ready')],
      containerStatuses: [{ name: 'engine', ready: true, restartCount: 0, image: 'vllm', state: { running: {} } }],
      ...status,
    },
  })
const container = (state: object, rest: object = {}) => ({
  conditions: [isTrue('PodScheduled'), isFalse('Ready', 'ContainersNotReady', '')],
  containerStatuses: [
    { name: 'engine', ready: false, restartCount: 3, image: 'docker.io/vllm/vllm-openai:v0.32.0', state, ...rest },
  ],
})
const secret = (name: string, data: object) => object('Secret', name, { data }, {})
const slice = (service: string, ready: boolean) =>
  object(
    'EndpointSlice',
    `${service}-x`,
    { endpoints: [{ conditions: { ready } }] },
    { 'kubernetes.io/service-name': service },
  )
const hpa = (condition: object) =>
  object('HorizontalPodAutoscaler', 'lab-llama', { status: { conditions: [condition] } })
const api = (name: string, condition: object) => wide('APIService', name, { status: { conditions: [condition] } })

/** A cluster in which all is well, by what each part is for. */
const well: Readonly<Record<string, readonly object[]>> = {
  namespace: [wide('Namespace', 'llm')],
  nodes: [node('one'), node('two')],
  secrets: [secret('keys', { team: 'eA==' }), secret('lab-secrets', { HF_TOKEN: 'eA==' })],
  tls: [secret('llm-tls', { 'tls.crt': Buffer.from(certificate).toString('base64') })],
  storage: [wide('StorageClass', 'longhorn')],
  classes: [wide('IngressClass', 'nginx'), wide('PriorityClass', 'high')],
  claims: [object('PersistentVolumeClaim', 'lab-models', { status: { phase: 'Bound' } })],
  pods: [pod('lab-llama-a'), pod('lab-gateway-a')],
  services: [
    object('Service', 'lab', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
    }),
    object('Service', 'lab-llama', { spec: { type: 'ClusterIP' } }),
  ],
  slices: [slice('lab', true), slice('lab-llama', true)],
  apis: [
    api('v1beta1.custom.metrics.k8s.io', isTrue('Available')),
    api('v1beta1.external.metrics.k8s.io', isTrue('Available')),
  ],
  scalers: [hpa(isTrue('ScalingActive'))],
  ingress: [object('Ingress', 'lab-gateway', { status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } })],
  network: [wide('DaemonSet', 'calico-node', {}, { namespace: 'kube-system' })],
}

interface Broken {
  readonly parts?: Readonly<Record<string, readonly object[]>>
  readonly cluster?: Partial<FakeCluster>
  readonly machine?: FakeMachine
  readonly now?: string
  readonly rendered?: readonly KubernetesObject[]
}

function examine({
  parts = {},
  cluster = {},
  machine = {},
  now = '2026-11-22T01:00:00Z',
  rendered = objects,
}: Broken = {}) {
  const place = rememberLists({
    fleet,
    plan,
    objects: rendered,
    cluster: fakeCluster({ objects: Object.values({ ...well, ...parts }).flat(), ...cluster }),
    namespace: 'llm',
    machine: fakeMachine({ hosts: { 'llm.example.org': ['192.0.2.7'] }, ...machine }),
    now: () => new Date(now),
  })
  return runChecks(clusterChecks, place, {
    signal: new AbortController().signal,
    words: { namespace: 'llm', fleet: 'lab' },
  })
}
const find = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id)
const route = (conditions: readonly object[]) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'lab', namespace: 'llm', labels: ofFleet },
  status: { parents: [{ conditions }] },
})
const event = (reason: string, name: string, message: string) =>
  object('Event', `${name}.1`, { reason, message, involvedObject: { kind: '', name } }, {})

/** One break or more for each check, and what it has to say. */
const breaks: readonly (readonly [id: string, broken: Broken, says: RegExp])[] = [
  ['cluster.version', { cluster: { version: 'v1.28.4' } }, /v1\.28\.4 .* is older than 1\.30/],
  [
    'cluster.version',
    { cluster: { fails: new ClusterError({ reason: 'unreachable', message: 'connect ECONNREFUSED' }) } },
    /ECONNREFUSED/,
  ],
  [
    'cluster.namespace',
    { parts: { namespace: [] }, cluster: { mayNot: ({ resource }) => resource === 'namespaces' } },
    /llm is not there, and may not be made/,
  ],
  [
    'cluster.namespace',
    { parts: { namespace: [wide('Namespace', 'llm', {}, { deletionTimestamp: '2026-11-22T00:00:00Z' })] } },
    /being deleted/,
  ],
  [
    'cluster.kinds',
    { cluster: { lacks: ['PodMonitor', 'PrometheusRule'] } },
    /there is no PodMonitor of monitoring\.coreos\.com\/v1, no PrometheusRule/,
  ],
  [
    'cluster.rights',
    { cluster: { mayNot: ({ verb, resource }) => resource === 'deployments' && verb !== 'get' } },
    /you may not create, patch, delete deployments\.apps/,
  ],
  [
    'cluster.device-plugin',
    { parts: { nodes: [node('one'), node('two', { gpus: '0' })] } },
    /two has a card and offer no GPU/,
  ],
  ['cluster.gpus', { parts: { nodes: [] } }, /no ready node offers nvidia\.com\/gpu/],
  [
    'cluster.gpus',
    { parts: { nodes: [node('one', { conditions: [isFalse('Ready', 'KubeletNotReady', '')] })] } },
    /no ready node/,
  ],
  [
    'cluster.gpus',
    { parts: { nodes: [node('one', { gpus: '1' })] } },
    /2 nvidia\.com\/gpu are wanted, and all nodes together have 1/,
  ],
  [
    'cluster.gpu-type',
    { parts: { nodes: [node('one', { product: 'Tesla-T4' })] } },
    /wants .*NVIDIA-L40S.*; there is Tesla-T4/,
  ],
  ['cluster.node-labels', { parts: { nodes: [node('one', { labels: { zone: 'b' } })] } }, /no node has zone=a/],
  [
    'cluster.secrets',
    { parts: { secrets: [secret('lab-secrets', { OTHER: '' })] } },
    /key HF_TOKEN of Secret lab-secrets; Secret keys \(team\) are missing/,
  ],
  [
    'cluster.storage-class',
    { parts: { storage: [wide('StorageClass', 'standard')] } },
    /lab-models names longhorn; there are standard/,
  ],
  [
    'cluster.classes',
    { parts: { classes: [wide('PriorityClass', 'high')] } },
    /names IngressClass nginx, which is not there/,
  ],
  [
    'cluster.quota',
    {
      parts: {
        quota: [
          object(
            'ResourceQuota',
            'gpus',
            { status: { hard: { 'requests.nvidia.com/gpu': '2' }, used: { 'requests.nvidia.com/gpu': '2' } } },
            {},
          ),
        ],
      },
    },
    /gpus: requests\.nvidia\.com\/gpu 2 of 2 is used up/,
  ],
  [
    'cluster.volumes-bound',
    {
      parts: {
        claims: [object('PersistentVolumeClaim', 'lab-models', { status: { phase: 'Pending' } })],
        events: [event('ProvisioningFailed', 'lab-models', 'no nodes with enough space')],
      },
    },
    /lab-models is Pending: ProvisioningFailed: no nodes with enough space/,
  ],
  [
    'cluster.pods-scheduled',
    {
      parts: {
        pods: [
          pod('lab-llama-a', {
            conditions: [
              isFalse('PodScheduled', 'Unschedulable', '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'),
            ],
          }),
        ],
      },
    },
    /lab-llama-a: 0\/2 nodes are available/,
  ],
  [
    'cluster.pods-scheduled',
    {
      parts: {
        pods: [pod('lab-llama-a', { conditions: [isFalse('PodScheduled', 'Unschedulable', '0/2')] })],
        events: [event('TriggeredScaleUp', 'lab-llama-a', 'pod triggered scale-up: [{gpu-pool 1->2 (max: 4)}]')],
      },
    },
    /wait for a node that is being made/,
  ],
  [
    'cluster.images',
    {
      parts: {
        pods: [
          pod('lab-llama-a', container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } })),
        ],
      },
    },
    /v0\.32\.0: Back-off pulling image/,
  ],
  [
    'cluster.containers-start',
    {
      parts: {
        pods: [
          pod(
            'lab-llama-a',
            container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "lab-secrets" not found' } }),
          ),
        ],
      },
    },
    /secret "lab-secrets" not found/,
  ],
  [
    'cluster.containers-run',
    {
      parts: {
        pods: [
          pod(
            'lab-llama-a',
            container(
              { waiting: { reason: 'CrashLoopBackOff' } },
              { lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
            ),
          ),
        ],
      },
      cluster: {
        logs: {
          'lab-llama-a': [
            'ValueError: No available memory for the cache blocks.',
            'Engine core initialization failed. See root cause above',
          ],
        },
      },
    },
    /lab-llama-a\/engine ended with Error, 3 restarts: the weights fill the share .*No available memory/,
  ],
  [
    'cluster.containers-run',
    {
      parts: {
        pods: [
          pod(
            'lab-llama-a',
            container({ running: {} }, { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
          ),
        ],
      },
    },
    /OOMKilled, 3 restarts: its host or container has too little free memory/,
  ],
  [
    'cluster.pods-ready',
    {
      parts: {
        pods: [
          pod('lab-llama-a', { conditions: [isTrue('PodScheduled'), isFalse('Ready', 'ContainersNotReady', '')] }),
        ],
      },
    },
    /1 of 1 are not ready yet: lab-llama-a for 60 min/,
  ],
  [
    'cluster.endpoints',
    { parts: { slices: [slice('lab', true), slice('lab-llama', false)] } },
    /Service lab-llama has no ready endpoint/,
  ],
  [
    'cluster.metrics-api',
    { parts: { apis: [api('v1beta1.custom.metrics.k8s.io', isTrue('Available'))] } },
    /there is no v1beta1\.external\.metrics\.k8s\.io/,
  ],
  [
    'cluster.metrics-api',
    {
      parts: {
        apis: [
          api(
            'v1beta1.custom.metrics.k8s.io',
            isFalse('Available', 'MissingEndpoints', 'endpoints for service/prometheus-adapter have no addresses'),
          ),
        ],
      },
    },
    /have no addresses/,
  ],
  [
    'cluster.autoscaler',
    { parts: { scalers: [hpa(isFalse('ScalingActive', 'FailedGetPodsMetric', 'unable to get metric queue'))] } },
    /HorizontalPodAutoscaler lab-llama: FailedGetPodsMetric/,
  ],
  [
    'cluster.routes',
    { rendered: [route([])], parts: { routes: [route([isFalse('Accepted', 'NoMatchingParent', 'no listener')])] } },
    /HTTPRoute lab: Accepted is False: NoMatchingParent/,
  ],
  [
    'cluster.load-balancer',
    { parts: { services: [object('Service', 'lab', { spec: { type: 'LoadBalancer' } })] } },
    /Service lab waits for an address/,
  ],
  [
    'cluster.network-policies',
    { parts: { network: [wide('DaemonSet', 'kube-flannel-ds', {}, { namespace: 'kube-flannel' })] } },
    /no network that is known to enforce/,
  ],
  ['cluster.certificate', { now: '2037-01-01T00:00:00Z' }, /llm-tls: it ended on/],
  ['cluster.certificate', { now: '2036-11-12T03:51:08Z' }, /llm-tls: it ends on/],
  ['cluster.certificate', { parts: { tls: [] } }, /Secret llm-tls is not there yet/],
  ['cluster.certificate', { parts: { tls: [secret('llm-tls', { 'tls.crt': 'bm9uZQ==' })] } }, /is no certificate/],
  ['cluster.dns', { machine: { hosts: {} } }, /llm\.example\.org is not known/],
  [
    'cluster.dns',
    { machine: { hosts: { 'llm.example.org': ['198.51.100.1'] } } },
    /is 198\.51\.100\.1, and the Ingress is at 192\.0\.2\.7/,
  ],
]

describe('the doctor of a cluster', () => {
  it('finds nothing where all is well', async () => {
    const results = await examine()
    expect(results.filter(({ state }) => state !== 'ok' && state !== 'not-applicable')).toEqual([])
    expect(results.filter(({ state }) => state === 'not-applicable').map(({ id }) => id)).toEqual([
      'cluster.quota',
      'cluster.routes',
    ])
  })

  it('finds nothing before anything is applied, but what apply makes', async () => {
    const later = ['claims', 'pods', 'services', 'slices', 'scalers', 'ingress']
    const results = await examine({ parts: Object.fromEntries(later.map((part) => [part, []])) })
    expect(results.filter(({ state }) => state === 'failed' || state === 'not-checked')).toEqual([])
  })

  it.each(breaks)('%s tells what is broken: %#', async (id, broken, says) => {
    const result = find(await examine(broken), id)
    expect(result?.state).toMatch(/failed|warning/)
    expect(result?.detail).toMatch(says)
    expect(result?.mend).not.toBe('')
  })

  it('has a break for each check, and prerequisites that stand before', () => {
    expect(clusterChecks.map(({ id }) => id).filter((id) => !breaks.some(([broken]) => broken === id))).toEqual([])
    const seen = new Set<string>()
    for (const { id, after } of clusterChecks) {
      expect(after.filter((before) => !seen.has(before))).toEqual([])
      seen.add(id)
    }
  })

  it('looks at nothing in a cluster that does not answer', async () => {
    const results = await examine({
      cluster: { fails: new ClusterError({ reason: 'unreachable', message: 'no route' }) },
    })
    expect(new Set(results.slice(1).map(({ state }) => state))).toEqual(new Set(['not-checked']))
  })

  it('names the field of the Fleet that mends an engine that ends', async () => {
    const [, broken] = breaks.find(([id]) => id === 'cluster.containers-run') ?? ['', {}]
    expect(find(await examine(broken), 'cluster.containers-run')?.mend).toContain('hardware.memoryFraction')
  })
})
