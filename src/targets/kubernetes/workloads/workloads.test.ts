import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandGroups, commands } from '../../../cli/commands/index.ts'
import { parseCommandLine } from '../../../cli/parse/index.ts'
import { literal } from '../../rendering/cluster/index.ts'
import type {
  ConfigMap,
  DaemonSet,
  Deployment,
  Job,
  LeaderWorkerSet,
  PodSpec,
  Service,
} from '../../../kubernetes/index.ts'
import { renderFleet, type RenderedForTest } from '../testing/render.ts'

const llama = {
  name: 'llama',
  engine: 'vllm',
  source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
  hardware: { gpu: 'l40s', gpus: 1 },
}
const rendered = (model: object, rest: object = {}) => renderFleet({ models: [{ ...llama, ...model }], ...rest })
const find = ({ objects }: RenderedForTest, kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)
const deploymentOf = (result: RenderedForTest, name = 'lab-llama') => find(result, 'Deployment', name) as Deployment
const podOf = (result: RenderedForTest, name?: string): PodSpec => {
  const spec = deploymentOf(result, name).spec?.template.spec
  if (spec === undefined) throw new Error('there is no pod')
  return spec
}
const strategyOf = (result: RenderedForTest) => deploymentOf(result).spec?.strategy
const errorsOf = ({ notes }: RenderedForTest) =>
  notes.filter(({ severity }) => severity === 'error').map(({ path, message }) => `${path}: ${message}`)
const volumeOf = (result: RenderedForTest) => podOf(result).volumes?.find(({ name }) => name === 'models')
const claimsOf = ({ objects }: RenderedForTest) =>
  objects.flatMap(({ kind, metadata }) => (kind === 'PersistentVolumeClaim' ? [metadata.name] : []))
const kept = (kind: string) => ({ storage: { models: { kind } } })
const jobs = (result: RenderedForTest) => result.objects.filter(({ kind }) => kind === 'Job') as Job[]
const groupOf = (model: object) =>
  find(rendered(model), 'LeaderWorkerSet', 'lab-llama-nodes') as LeaderWorkerSet | undefined
const workerOf = (model: object) =>
  groupOf(model)?.spec?.leaderWorkerTemplate.workerTemplate.spec?.containers[0]?.command ?? []
/** How the kubelet expands without any variable (k8s.io/kubernetes, third_party/forked/golang/expansion). */
const expand = (text: string) => text.replaceAll(/\$(\$|\([^)]*\))/g, (all, next) => (next === '$' ? '$' : all))
const redisOf = (fields: object) => find(renderFleet({ models: [llama], ...fields }), 'StatefulSet', 'lab-redis')
const levelOf = (model: object, rest: object = {}) =>
  find(rendered(model, { targets: { kubernetes: { namespace: 'llm' } }, ...rest }), 'Namespace', 'llm')?.metadata
    .labels?.['pod-security.kubernetes.io/enforce']
const holdersOf = (models: readonly object[], images: object = { prePull: true }) =>
  renderFleet({ models, storage: { images } }).objects.filter(({ kind }) => kind === 'DaemonSet') as DaemonSet[]
const kvTiers = (path?: string) => ({
  kvCache: {
    tiers: [
      { medium: 'memory', size: '8Gi' },
      { medium: 'disk', size: '100Gi', ...(path !== undefined && { path }) },
    ],
  },
})
const ofKv = (model: object) => {
  const { volumes = [], containers } = podOf(rendered(model))
  const mount = containers[0]?.volumeMounts?.find(({ name }) => name === 'kv-cache')
  return {
    volume: volumes.find(({ name }) => name === 'kv-cache'),
    mount,
    command: containers[0]?.command?.join(' '),
  }
}

describe('how replicas are replaced', () => {
  const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  const inPlace = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
  it.each([
    ['a new one first, where the model is on a volume that both mount', { replicas: 2 }, {}, surge],
    ['in turn, where its volume attaches to one node', {}, {}, { type: 'Recreate' }],
    ['in place, as the Fleet says', { replicas: 2, rollout: { maxUnavailable: 1 } }, {}, inPlace],
    ['in place on a workstation', {}, { storage: { models: { kind: 'hostPath' } } }, inPlace],
    ['in place, where the quota is full', { replicas: 2 }, { targets: { kubernetes: { gpuQuota: 2 } } }, inPlace],
    ['a new one first, where the quota has room', { replicas: 2 }, { targets: { kubernetes: { gpuQuota: 3 } } }, surge],
    [
      'in place, where no node may hold two',
      { replicas: 2, placement: { spread: [{ topologyKey: 'kubernetes.io/hostname', required: true }] } },
      {},
      inPlace,
    ],
  ])('%s', (_, model, rest, expected) => expect(strategyOf(rendered(model, rest))).toEqual(expected))

  it('never counts a model that loads for long as a failed rollout', () => {
    expect(deploymentOf(rendered({ startupBudget: '1h' })).spec?.progressDeadlineSeconds).toBeGreaterThan(3_600)
  })

  it('leaves the number of replicas to an autoscaler, which applying again must not fight', () => {
    const scaled = { minReplicas: 1, maxReplicas: 4 }
    expect(deploymentOf(rendered({ ...scaled, autoscale: { by: 'keda' } })).spec?.replicas).toBeUndefined()
    expect(deploymentOf(rendered(scaled)).spec?.replicas).toBe(1)
  })

  it('keeps one replica where nothing would wake the model, and says so', () => {
    const result = rendered({ minReplicas: 0, maxReplicas: 2 })
    expect(deploymentOf(result).spec?.replicas).toBe(1)
    expect(result.notes.map(({ id }) => id)).toContain('zero-needs-keda')
  })
})

describe('where models lie', () => {
  it.each([
    ['folder', ['lab-llama-models'], { persistentVolumeClaim: { claimName: 'lab-llama-models' } }],
    ['sharedClaim', ['lab-models'], { persistentVolumeClaim: { claimName: 'lab-models' } }],
    ['hostPath', [], { hostPath: { path: '/var/lib/fairlead/models', type: 'DirectoryOrCreate' } }],
  ])('%s', (kind, claims, volume) => {
    const result = rendered({}, kept(kind))
    expect(claimsOf(result)).toEqual(claims)
    expect(volumeOf(result)).toEqual({ name: 'models', ...volume })
  })

  it('in a claim or a folder that is there already, which is not written to', () => {
    const claim = rendered({ source: 'pvc://archive/llama/8b' })
    expect(volumeOf(claim)).toEqual({ name: 'models', persistentVolumeClaim: { claimName: 'archive' } })
    expect(podOf(claim).containers[0]?.command).toContain('/models/llama/8b')
    expect(podOf(claim).containers[0]?.volumeMounts?.[0]?.readOnly).toBe(true)
    const folder = rendered({ source: 'file:///srv/llama' })
    expect(volumeOf(folder)).toEqual({ name: 'models', hostPath: { path: '/srv/llama', type: 'Directory' } })
    expect(folder.notes.map(({ id }) => id)).toContain('source-on-nodes')
  })

  it('in an image: mounted, or copied where the Fleet says another way', () => {
    const source = 'oci://registry.example.org/llama:1'
    expect(volumeOf(rendered({ source }))).toMatchObject({ image: { reference: 'registry.example.org/llama:1' } })
    const copied = podOf(rendered({ source }, kept('sharedClaim')))
    expect(copied.initContainers?.[0]).toMatchObject({ name: 'copy-model', image: 'registry.example.org/llama:1' })
    expect(copied.containers[0]?.command).toContain('/models/llama/models')
  })

  it('fetched ahead on a volume of several nodes, and by commands that this version takes', () => {
    expect(jobs(rendered({}))).toEqual([])
    const [hub] = jobs(rendered({ revision: 'abc' }, kept('sharedClaim')))
    expect(hub?.spec?.template.spec?.containers[0]?.command?.slice(0, 5)).toEqual([
      'hf',
      'download',
      'meta-llama/Llama-3.1-8B-Instruct',
      '--revision',
      'abc',
    ])
    const gguf = { engine: 'llamacpp', source: 'hf://a/b:c.gguf', hardware: { gpus: 0 } }
    const result = rendered(gguf, kept('sharedClaim'))
    const pull = jobs(result)[0]?.spec?.template.spec?.containers[0]?.command ?? []
    expect(parseCommandLine(pull.slice(1), commands, commandGroups)).toMatchObject({
      command: { name: 'models pull' },
      input: { args: ['hf://a/b:c.gguf'], options: { link: '/models/llama' } },
    })
    expect(podOf(result).initContainers?.map(({ command }) => command)).toEqual([pull])
    expect(podOf(result).containers[0]?.command).toContain('/models/llama')
  })

  it.each([
    ['a source that nothing fetches', { source: 'models:/llama/3' }, {}, 'models[0].source'],
    ['a hub’s model as an image volume', {}, kept('imageVolume'), 'storage.models.kind'],
    [
      'an adapter that nobody fetches',
      { adapters: [{ name: 'c', source: 's3://x/c' }] },
      {},
      'models[0].adapters[0].source',
    ],
    ['an image for llama.cpp', { source: 'oci://r/llama:1', engine: 'llamacpp' }, {}, 'models[0].source'],
  ])('never silently dropped: %s', (_, model, rest, path) => {
    expect(errorsOf(rendered(model, rest)).map((text) => text.split(':')[0])).toEqual([path])
  })
})

describe('replicas over machines', () => {
  const nodes = { tensor: 8, pipeline: 2, nodes: 2 }
  it('share the GPUs evenly, and only the leader is called', () => {
    const template = groupOf({ hardware: { gpu: 'h100', gpus: 16 }, parallelism: nodes })?.spec?.leaderWorkerTemplate
    const [leader] = template?.leaderTemplate?.spec?.containers ?? []
    const [worker] = template?.workerTemplate.spec?.containers ?? []
    expect([leader?.resources?.limits, worker?.resources?.limits]).toEqual([
      { 'nvidia.com/gpu': '8' },
      { 'nvidia.com/gpu': '8' },
    ])
    expect([leader?.readinessProbe === undefined, worker?.readinessProbe]).toEqual([false, undefined])
    const service = find(rendered({ parallelism: nodes }), 'Service', 'lab-llama') as Service
    expect(service.spec?.selector).toMatchObject({ 'fairlead.dev/node': 'leader' })
  })

  it('are numbered nodes of one copy, or ranks of several', () => {
    expect(workerOf({ parallelism: nodes }).slice(-5)).toEqual([
      '--master-addr',
      '$(LWS_LEADER_ADDRESS)',
      '--node-rank',
      '$(LWS_WORKER_INDEX)',
      '--headless',
    ])
    expect(workerOf({ parallelism: { data: 2, nodes: 2 } }).slice(-2)).toEqual([
      '--data-parallel-start-rank',
      '$(LWS_WORKER_INDEX)',
    ])
    expect(workerOf({ parallelism: { data: 4, nodes: 2 } }).slice(0, 4)).toEqual([
      'sh',
      '-c',
      'exec "$@" --data-parallel-start-rank $$((LWS_WORKER_INDEX * 2))',
      'sh',
    ])
    expect(workerOf({ engine: 'sglang', parallelism: nodes }).slice(-2)).toEqual(['--node-rank', '$(LWS_WORKER_INDEX)'])
  })

  it.each([
    [{ engine: 'llamacpp', source: 'hf://a/b:c.gguf', parallelism: nodes }],
    [{ parallelism: { data: 3, nodes: 2 }, hardware: { gpu: 'h100', gpus: 4 } }],
  ])('are refused where the engine cannot: %j', (model) => {
    expect(errorsOf(rendered(model)).some((text) => text.startsWith('models[0].parallelism.nodes'))).toBe(true)
  })
})

const fromOwnSecret = (...keys: readonly string[]) => ({
  secret: { name: 'lab-secrets', items: keys.map((key) => ({ key, path: key })) },
})

describe('secrets', () => {
  const access = {
    keysFile: '/etc/fairlead/keys',
    keys: [
      { name: 'a', value: { secretRef: { name: 'portal', key: 'key' } } },
      { name: 'b', value: { env: 'KEY_B' } },
      { name: 'c', value: { file: '/secrets/c' } },
    ],
  }

  it('come by reference, files in folders that follow changes, and the head of the stream says which must exist', () => {
    const result = rendered({ token: { env: 'HF_TOKEN' } }, { access })
    const pod = podOf(result, 'lab-gateway')
    expect(pod.volumes?.flatMap(({ projected }) => projected?.sources ?? [])).toEqual([
      expect.objectContaining({ configMap: expect.objectContaining({ name: 'lab-gateway' }) }),
      { secret: { name: 'lab-secrets', items: [{ key: 'keys', path: 'keys' }] } },
      { secret: { name: 'portal', items: [{ key: 'key', path: 'portal/key' }] } },
      { secret: { name: 'lab-secrets', items: [{ key: 'c', path: 'c' }] } },
    ])
    const mounts = pod.containers[0]?.volumeMounts ?? []
    expect(mounts.every(({ subPath }) => subPath === undefined)).toBe(true)
    expect(pod.containers[0]?.env).toContainEqual({
      name: 'KEY_B',
      valueFrom: { secretKeyRef: { name: 'lab-secrets', key: 'KEY_B' } },
    })
    expect(result.stream).toContain(
      '# kubectl create secret generic lab-secrets --namespace default --from-literal=HF_TOKEN=VALUE --from-literal=KEY_B=VALUE --from-file=c=FILE --from-file=keys=FILE\n',
    )
    expect(result.objects.some(({ kind }) => kind === 'Secret')).toBe(false)
  })

  it.each([
    [{ keysFile: '/etc/keys' }, 'access.keysFile'],
    [{ keysFile: 'fleet.yaml' }, 'access.keysFile'],
    [{ keysFile: 'keys', keys: [{ name: 'a', value: { file: '/other/keys' } }] }, 'access.keys[0].value'],
  ])('that a mount would hide files with are refused: %j', (wrong, path) => {
    expect(errorsOf(rendered({}, { access: wrong })).join('\n')).toContain(path)
  })

  it('of TLS towards engines elsewhere are files of the gateway like its keys', () => {
    const upstreamTls = { caFile: '/tls/ca.pem', certFile: 'client.pem', keyFile: 'client.key' }
    const far = { name: 'far', engine: 'external', addresses: ['https://10.0.0.9:8443'], upstreamTls }
    const result = renderFleet({ models: [llama, far], access: { anonymous: true } })
    const sources = podOf(result, 'lab-gateway').volumes?.flatMap(({ projected }) => projected?.sources ?? [])
    expect(sources).toEqual([
      expect.objectContaining({ configMap: expect.objectContaining({ name: 'lab-gateway' }) }),
      fromOwnSecret('client.key', 'client.pem'),
      fromOwnSecret('ca.pem'),
    ])
    expect(result.stream).toContain('--from-file=ca.pem=FILE --from-file=client.key=FILE --from-file=client.pem=FILE')
  })

  it('in files are refused for engines, which read variables', () => {
    expect(errorsOf(rendered({ token: { file: '/token' } }))[0]).toContain('models[0].token')
  })
})

describe('what the kubelet would change', () => {
  it('is escaped, so that every text arrives as it was', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', ' ') })
    fc.assert(
      fc.property(text, (words) => {
        expect(expand(literal(words))).toBe(words)
      }),
    )
  })

  it('is the person’s own text in variables', () => {
    const { containers } = podOf(rendered({ env: [{ name: 'X', value: '$(HOME)' }] }))
    expect(containers[0]?.env).toContainEqual({ name: 'X', value: '$$(HOME)' })
  })
})

describe('what runs beside', () => {
  it('is Redis where several gateways share state or the Fleet asks, and none where the Fleet has one', () => {
    expect(redisOf({})).toBeUndefined()
    expect(redisOf({ gateway: { replicas: 2 } })).toBeDefined()
    expect(redisOf({ storage: { state: { kind: 'redis' } } })).toBeDefined()
    expect(redisOf({ gateway: { replicas: 2 }, storage: { state: { kind: 'redis', url: 'redis://r:1' } } })).toBe(
      undefined,
    )
  })

  it('is told apart from models that are called alike', () => {
    const models = [llama, ...['gateway', 'redis', 'x', 'x-nodes'].map((name) => Object.assign({}, llama, { name }))]
    const { objects } = renderFleet({ models, gateway: { replicas: 2 } })
    const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata.name ?? ''}`)
    expect(ids).toEqual([...new Set(ids)])
  })
})

describe('pods that a restricted namespace takes', () => {
  it('are all but those whose image is made for root, or that mount a folder of their node', () => {
    expect(levelOf({})).toBe('restricted')
    expect(levelOf({ engine: 'sglang' })).toBe('baseline')
    expect(levelOf({ image: 'mine:1' })).toBe('baseline')
    expect(levelOf({}, { storage: { models: { kind: 'hostPath' } } })).toBe('privileged')
  })
})

const rights = ({ objects }: RenderedForTest) => objects.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding')
const tokens = (result: RenderedForTest) =>
  ['lab-gateway', 'lab-llama'].map((name) => podOf(result, name).automountServiceAccountToken)
const replicasOf = (result: RenderedForTest) =>
  (find(result, 'ConfigMap', 'lab-gateway') as ConfigMap | undefined)?.data?.['replicas.yaml']

// proves D4 (real part)
describe('where the gateway finds engines', () => {
  it('is what the cluster says, with the right to follow EndpointSlices of its namespace and nothing else', () => {
    const result = rendered({}, { targets: { kubernetes: { namespace: 'llm' } } })
    expect(rights(result)).toMatchObject([
      {
        metadata: { namespace: 'llm' },
        rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] }],
      },
      {
        roleRef: { kind: 'Role', name: 'lab-gateway' },
        subjects: [{ kind: 'ServiceAccount', name: 'lab-gateway', namespace: 'llm' }],
      },
    ])
    expect(tokens(result)).toEqual([true, false])
    expect(replicasOf(result)).toContain('address: http://lab-llama.llm.svc:8000\n    resolve: endpointSlices')
  })

  it.each([
    [
      'DNS, where the Fleet says so: nobody has a right or a token',
      {},
      { targets: { kubernetes: { discovery: 'dns' } } },
    ],
    ['no cluster, where all engines are elsewhere', { engine: 'external', addresses: ['http://gpu-1:8000'] }, {}],
  ])('is %s', (_title, model, rest) => {
    const result =
      'engine' in model ? renderFleet({ models: [{ name: 'llama', ...model }], ...rest }) : rendered(model, rest)
    expect(rights(result)).toEqual([])
    expect(podOf(result, 'lab-gateway').automountServiceAccountToken).toBe(false)
    expect(replicasOf(result)).not.toContain('endpointSlices')
  })
})

describe('images that wait on the nodes', () => {
  it('are held by a DaemonSet on the nodes that the engine may go to, without its GPU', () => {
    const [holder, ...others] = holdersOf([llama])
    expect(others).toEqual([])
    const { affinity, tolerations, containers } = holder?.spec?.template.spec ?? {}
    const engine = podOf(renderFleet({ models: [llama] }))
    expect(affinity?.nodeAffinity).toEqual(engine.affinity?.nodeAffinity)
    expect(tolerations).toEqual(engine.tolerations)
    expect(containers).toMatchObject([{ image: engine.containers[0]?.image, command: ['sleep', 'infinity'] }])
    expect(JSON.stringify(containers)).not.toContain('nvidia.com/gpu')
  })

  it('are held once for models that share image and nodes, and apart for those that do not', () => {
    expect(holdersOf([llama, { ...llama, name: 'other' }])).toHaveLength(1)
    expect(holdersOf([llama, { ...llama, name: 'other', hardware: { gpu: 'h100', gpus: 1 } }])).toHaveLength(2)
    expect(holdersOf([llama, { ...llama, name: 'other', engineVersion: '0.31.0' }])).toHaveLength(2)
  })

  it('are not held unless the Fleet asks, since a DaemonSet runs on every node', () => {
    expect(holdersOf([llama], {})).toEqual([])
  })
})

describe('the tier of the KV cache on disk', () => {
  it('is the folder of the node that the Fleet names, where the engine is told to look', () => {
    const { volume, mount, command } = ofKv(kvTiers('/var/cache/kv'))
    expect(volume).toMatchObject({ hostPath: { path: '/var/cache/kv' } })
    expect(mount?.mountPath).toBe('/var/cache/kv')
    expect(command).toContain('"root_dir":"/var/cache/kv"')
  })

  it('is a volume of the pod’s own otherwise, with its size: a full emptyDir would get the pod evicted', () => {
    const { volume, mount, command } = ofKv(kvTiers())
    expect(volume?.ephemeral?.volumeClaimTemplate?.spec.resources?.requests).toEqual({ storage: '100Gi' })
    expect(command).toContain(`"root_dir":"${mount?.mountPath}"`)
  })
})

describe('the runtime of GPUs', () => {
  const targets = { kubernetes: { runtimeClass: 'nvidia' } }

  it('is that of the Fleet for pods with GPUs, as k3s needs it, and the nodes’ own for all others', () => {
    expect(podOf(rendered({}, { targets })).runtimeClassName).toBe('nvidia')
    expect(podOf(rendered({ engine: 'simulated', hardware: {} }, { targets })).runtimeClassName).toBeUndefined()
    expect(podOf(rendered({})).runtimeClassName).toBeUndefined()
  })
})

describe('weights in object storage', () => {
  const models = {
    endpoint: 'https://minio.example.org',
    region: 'eu-1',
    pathStyle: true,
    accessKeyId: { env: 'S3_KEY' },
    secretAccessKey: { secretRef: { name: 's3', key: 'secret' } },
  }
  const streamed = (model: object = {}, storage: object = models) =>
    rendered({ source: 's3://models/llama', ...model }, { storage: { models: storage } })

  it.each(['vllm', 'sglang'])('are streamed by %s itself, so that no volume and no download is rendered', (engine) => {
    const result = streamed({ engine })
    expect(errorsOf(result)).toEqual([])
    expect(podOf(result).containers[0]?.command?.join(' ')).toMatch(
      /s3:\/\/models\/llama .*--load-format runai_streamer/,
    )
    expect(claimsOf(result)).toEqual([])
    expect(jobs(result)).toEqual([])
    expect(volumeOf(result)).toBeUndefined()
  })

  it('are reached where the Fleet says, with keys by reference and none in the objects', () => {
    const env = Object.fromEntries((podOf(streamed()).containers[0]?.env ?? []).map((entry) => [entry.name, entry]))
    expect(env['AWS_ENDPOINT_URL']?.value).toBe('https://minio.example.org')
    expect(env['RUNAI_STREAMER_S3_USE_VIRTUAL_ADDRESSING']?.value).toBe('0')
    expect(env['AWS_ACCESS_KEY_ID']?.valueFrom?.secretKeyRef).toMatchObject({ key: 'S3_KEY' })
    expect(env['AWS_SECRET_ACCESS_KEY']?.valueFrom?.secretKeyRef).toEqual({ name: 's3', key: 'secret' })
  })

  it('are refused of llama.cpp, which reads files, and with keys in files, which no variable can be', () => {
    expect(errorsOf(streamed({ engine: 'llamacpp', source: 's3://models/llama.gguf' })).join()).toContain(
      'nothing fetches s3',
    )
    expect(errorsOf(streamed({}, { ...models, accessKeyId: { file: '/keys/id' } })).join()).toContain(
      'which files cannot',
    )
  })
})
