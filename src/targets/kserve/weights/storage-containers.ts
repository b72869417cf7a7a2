import { dnsLabel, type ClusterStorageContainer, type Container } from '../../../kubernetes/index.ts'
import { gatewayImage, type Comment, type EngineService } from '../../rendering/index.ts'
import { containerSecurityContext, envVars, ownSecurity } from '../../rendering/cluster/index.ts'
import type { KserveContext, ObjectsOf } from '../context.ts'
import { modelStorage, type ModelStorage } from '../sources/index.ts'
import { credentialsOf } from './credentials.ts'

/**
 * Name of the ClusterStorageContainer that fetches a model’s weights; undefined where KServe’s own does it, with nothing but the
 * Secrets of the account.
 */
export function storageContainerName(service: EngineService, context: KserveContext): string | undefined {
  const storage = modelStorage(service.model)
  if (storage === null) return undefined
  const { fleet, names, namespace } = context
  const { environment } = credentialsOf(service.model, fleet, names.secrets)
  if (!storage.model.byOurStore && environment.length === 0) return undefined
  return dnsLabel(`${namespace}-${fleet.name}-${service.modelLabel}`, 63)
}

/** How weights are fetched that KServe does not fetch alone: with Fairlead’s model store, or with variables of the Fleet’s. */
export const renderStorageContainers: ObjectsOf = (context) => {
  const found = new Map<string, { service: EngineService; storage: ModelStorage }>()
  for (const service of context.engines) {
    const name = storageContainerName(service, context)
    const storage = modelStorage(service.model)
    if (name !== undefined && storage !== null) found.set(name, { service, storage })
  }
  return {
    objects: [...found].map(([name, { service, storage }]) => {
      const { namespace, labels, ...metadata } = context.metadata(name, {
        component: 'storage',
        model: service.modelLabel,
      })
      const object: ClusterStorageContainer = {
        apiVersion: 'serving.kserve.io/v1alpha1',
        kind: 'ClusterStorageContainer',
        // It is in no namespace, and another one may have a Fleet of this name.
        metadata: { ...metadata, labels: { ...labels, 'fairlead.dev/namespace': namespace ?? context.namespace } },
        spec: {
          container: containerOf(service, storage, context),
          supportedUriFormats: [storage.model, ...storage.adapters].map(({ uri }) => ({ regex: `^${escaped(uri)}$` })),
          supportsMultiModelDownload: !storage.model.byOurStore,
          workloadType: 'initContainer',
        },
      }
      return { kind: 'object', object, comments: commentsOf(storage) }
    }),
  }
}

/** What is laid over KServe’s own container; absent fields stay as they are there. */
function containerOf({ model }: EngineService, { model: source }: ModelStorage, context: KserveContext): Container {
  const { fleet, names, options } = context
  const env = envVars(credentialsOf(model, fleet, names.secrets).environment, names.secrets)
  const withEnv = env.length === 0 ? {} : { env }
  if (!source.byOurStore) return { name: 'storage-initializer', ...withEnv }
  const checksum = model.checksum === undefined ? '' : ` --checksum ${model.checksum}`
  return {
    name: 'storage-initializer',
    image: gatewayImage(fleet, options.version),
    imagePullPolicy: fleet.storage.images.pullPolicy,
    command: [
      'sh',
      '-c',
      `XDG_CACHE_HOME="$1/.cache" exec fairlead models pull "$0" --link "$1/${source.file === '' ? 'model' : source.file}"${checksum}`,
    ],
    ...withEnv,
    resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: containerSecurityContext({ ...ownSecurity, readOnlyRoot: false }),
  }
}

function commentsOf({ model }: ModelStorage): Comment[] {
  return [
    {
      path: ['spec', 'supportedUriFormats'],
      text: 'These very sources and no others: KServe may choose any container of the cluster that takes a URI.',
    },
    ...(model.byOurStore
      ? [
          {
            path: ['spec', 'container', 'command'],
            text: 'KServe adds the source and the folder as arguments, which the shell knows as $0 and $1. The store lies in that folder too,\nsince the engine has nothing else of this container.',
          },
        ]
      : []),
  ]
}

/** A text as a regular expression of Go that matches nothing else. */
const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
