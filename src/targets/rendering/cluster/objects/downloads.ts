import { createHash } from 'node:crypto'
import type { Container, Job, PodSpec } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import type { EngineService } from '../../engine-service.ts'
import { modelCachePath } from '../../weights-place.ts'
import { envVars, literal } from '../container-environment.ts'
import { containerSecurityContext, engineSecurity, ownSecurity, podSecurityContext } from '../container-security.ts'
import type { ClusterContext, ObjectsOf, PartOfFleet } from '../context.ts'
import { modelCacheOf } from '../model-cache.ts'
import { sourceOf, storePull } from '../model-volumes.ts'

/** Tries of a download; each goes on where the last one stopped. */
const tries = 6
/** Characters of the digest in a Job’s name. */
const digestLength = 6

/**
 * A Job for each model on a volume that several nodes mount: weights are there before GPUs wait for them. A volume of one node
 * gets none, since the Job might bind it to a node without GPUs; the engine fetches there itself.
 */
export const renderDownloads: ObjectsOf = (context) => {
  const byModel = new Map(context.engines.map((service) => [service.modelLabel, service]))
  return { objects: [...byModel.values()].flatMap((service) => downloadOf(service, context)) }
}

function downloadOf(service: EngineService, context: ClusterContext): ObjectArtifact[] {
  const cache = modelCacheOf(service, context)
  const container = fetcherOf(service, context)
  const { fleet, names, metadata, podLabels } = context
  if (cache?.kind !== 'claim' || !cache.isOurs || !cache.isShared || container === null) return []
  if (fleet.storage.models.offline) return []
  const isStore = service.weights?.by === 'store'
  const security = isStore ? ownSecurity : engineSecurity(service)
  const { pullSecrets } = fleet.storage.images
  const part: PartOfFleet = { component: 'download', model: service.modelLabel }
  const spec: PodSpec = {
    restartPolicy: 'OnFailure',
    serviceAccountName: names.engines,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    securityContext: podSecurityContext(security, true),
    containers: [container],
    volumes: [
      { name: 'models', ...sourceOf(cache) },
      { name: 'tmp', emptyDir: {} },
    ],
  }
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, digestLength)
  const object: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(`${names.named(`${service.modelLabel}-download`)}-${digest}`, part),
    spec: { backoffLimit: tries, template: { metadata: { labels: podLabels(part) }, spec } },
  }
  return [
    {
      kind: 'object',
      object,
      comments: [
        {
          path: ['metadata', 'name'],
          text: 'Jobs cannot be changed, so a digest of this one is in its name: what is fetched otherwise is another Job.',
        },
      ],
    },
  ]
}

/** What fetches weights for engines that do it themselves, by the names of their workloads. */
export function fetchersOf(context: ClusterContext): ReadonlyMap<string, Container> {
  const { engines, fleet, names } = context
  const own = fleet.storage.models.offline ? [] : engines.filter(({ weights }) => weights?.by === 'engine')
  return new Map(
    own.flatMap((service) => {
      const fetcher = fetcherOf(service, context)
      return fetcher === null ? [] : [[names.workload(service), fetcher] as const]
    }),
  )
}

/** What fetches a model’s weights without a GPU; null where nothing is fetched. */
function fetcherOf(service: EngineService, context: ClusterContext): Container | null {
  const { weights, pool, image, environment } = service
  const { fleet, names } = context
  if (weights?.by === 'store') return storePull(service, context)
  const model = pool.settings?.model
  if (weights?.by !== 'engine' || model === undefined) return null
  const revision = pool.settings?.revision
  const hub = new Set(['HF_HOME', 'HF_ENDPOINT', 'HF_TOKEN'])
  return {
    name: 'download',
    image,
    imagePullPolicy: fleet.storage.images.pullPolicy,
    // The hub’s own command is in the images of the engines; it writes what they read. Copies in older formats are left out.
    command: [
      'hf',
      'download',
      literal(model),
      ...(revision === undefined ? [] : ['--revision', literal(revision)]),
      '--exclude',
      'original/*',
    ],
    env: [
      { name: 'HOME', value: '/tmp' },
      ...envVars(
        environment.filter(({ name }) => hub.has(name)),
        names.secrets,
      ),
    ],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } },
    securityContext: containerSecurityContext(engineSecurity(service)),
    volumeMounts: [
      { name: 'models', mountPath: modelCachePath },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  }
}
