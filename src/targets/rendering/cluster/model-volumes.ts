import type { Container, Volume, VolumeMount } from '../../../kubernetes/index.ts'
import type { Comment } from '../artifact.ts'
import type { EngineService } from '../engine-service.ts'
import { gatewayImage } from '../images.ts'
import { modelCachePath } from '../weights-place.ts'
import type { ClusterContext } from './context.ts'
import { containerSecurityContext, engineSecurity, ownSecurity } from './container-security.ts'
import { envVars, literal } from './container-environment.ts'
import { modelCacheOf, type ModelCache } from './model-cache.ts'

/** What a pod mounts so that an engine finds its weights, and what puts them there before it starts. */
export interface ModelVolumes {
  readonly volumes: readonly Volume[]
  readonly mounts: readonly VolumeMount[]
  readonly initContainers: readonly Container[]
  /** By paths within the pod’s spec. */
  readonly comments: readonly Comment[]
}

const cacheVolume = 'models'

/** The volumes of an engine’s weights and adapters. */
export function modelVolumes(service: EngineService, context: ClusterContext): ModelVolumes {
  const cache = modelCacheOf(service, context)
  const adapters = hostFolders(service)
  const volumes = [
    ...(cache === null ? [] : [{ name: cacheVolume, ...sourceOf(cache) }]),
    ...adapters.map(({ volume }) => volume),
  ]
  return {
    volumes,
    mounts: [...(cache === null ? [] : [mountOf(cache, service)]), ...adapters.map(({ mount }) => mount)],
    initContainers: [...openFolder(cache, service), ...fillers(cache, service, context)],
    comments: [],
  }
}

/** The cache as a volume’s source. */
export function sourceOf(cache: ModelCache): Omit<Volume, 'name'> {
  switch (cache.kind) {
    case 'hostPath':
      return { hostPath: { path: cache.path, type: 'DirectoryOrCreate' } }
    case 'claim':
      return { persistentVolumeClaim: { claimName: cache.name } }
    case 'present':
      return { hostPath: { path: cache.path, type: /\.gguf$/i.test(cache.path) ? 'File' : 'Directory' } }
    case 'image':
      return { image: { reference: cache.reference, pullPolicy: 'IfNotPresent' } }
  }
}

function mountOf(cache: ModelCache, { modelLabel }: EngineService): VolumeMount {
  switch (cache.kind) {
    case 'hostPath':
      return { name: cacheVolume, mountPath: modelCachePath }
    case 'claim':
      return { name: cacheVolume, mountPath: modelCachePath, ...(cache.isOurs ? {} : { readOnly: true }) }
    case 'present':
      return { name: cacheVolume, mountPath: cache.path, readOnly: true }
    case 'image':
      return { name: cacheVolume, mountPath: `${modelCachePath}/${modelLabel}`, readOnly: true }
  }
}

/** Adapters that lie on the nodes: their folders, at the same paths in the container. */
function hostFolders({ model }: EngineService): { volume: Volume; mount: VolumeMount }[] {
  const paths = model.adapters.flatMap(({ source }) =>
    source.startsWith('file://') ? [decodeURIComponent(source.slice('file://'.length))] : [],
  )
  return [...new Set(paths)].map((path, index) => {
    const name = `adapter-${index}`
    return {
      volume: { name, hostPath: { path, type: 'Directory' } },
      mount: { name, mountPath: path, readOnly: true },
    }
  })
}

/** The kubelet makes a node’s folder as root’s; an engine that is not root must be let in. */
function openFolder(cache: ModelCache | null, service: EngineService): Container[] {
  const { user } = engineSecurity(service)
  if (cache?.kind !== 'hostPath' || user === null) return []
  return [
    {
      name: 'open-models',
      image: service.image,
      command: ['chmod', '1777', modelCachePath],
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'], add: ['FOWNER'] },
        runAsNonRoot: false,
        runAsUser: 0,
      },
      volumeMounts: [{ name: cacheVolume, mountPath: modelCachePath }],
    },
  ]
}

/** What fetches weights that the engine cannot fetch itself. It is done at once where they are there already. */
function fillers(cache: ModelCache | null, service: EngineService, context: ClusterContext): Container[] {
  const { weights, modelLabel } = service
  if (weights === null || cache === null || cache.kind === 'image' || cache.kind === 'present') return []
  if (weights.by === 'store') return [storePull(service, context)]
  if (weights.by !== 'image') return []
  const folder = `/cache/${modelLabel}`
  const reference = weights.source.slice('oci://'.length)
  return [
    {
      name: 'copy-model',
      image: reference,
      command: [
        'sh',
        '-c',
        `test -e ${folder}/.complete || { mkdir -p ${folder} && cp -R /models ${folder}/ && touch ${folder}/.complete; }`,
      ],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
      securityContext: containerSecurityContext(engineSecurity(service)),
      volumeMounts: [{ name: cacheVolume, mountPath: '/cache' }],
    },
  ]
}

/** Fairlead’s model store, which checks what it fetches and goes on where it stopped. */
export function storePull(service: EngineService, context: ClusterContext): Container {
  const { fleet, options, names } = context
  const { model, weights } = service
  return {
    name: 'pull-model',
    image: gatewayImage(fleet, options.version),
    imagePullPolicy: fleet.storage.images.pullPolicy,
    command: [
      'fairlead',
      'models',
      'pull',
      literal(weights?.source ?? ''),
      ...(model.checksum === undefined ? [] : ['--checksum', model.checksum]),
      ...(weights?.path === undefined ? [] : ['--link', weights.path]),
    ],
    env: envVars(
      [
        { name: 'XDG_CACHE_HOME', value: modelCachePath },
        ...(fleet.storage.models.hubMirror === undefined
          ? []
          : [{ name: 'HF_ENDPOINT', value: fleet.storage.models.hubMirror }]),
        ...(model.token === undefined ? [] : [{ name: 'HF_TOKEN', secret: model.token }]),
      ],
      names.secrets,
    ),
    resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: containerSecurityContext(ownSecurity),
    volumeMounts: [
      { name: cacheVolume, mountPath: modelCachePath },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  }
}
