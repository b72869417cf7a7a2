import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { targetTitle, type KserveContext, type ObjectsOf } from '../context.ts'
import { storedSource } from '../sources/index.ts'
import { storageContainerName } from './storage-containers.ts'

/** Sources that KServe takes, for suggestions. */
const works =
  'hf://owner/name, s3://bucket/path, gs://bucket/path, pvc://claim/path, oci://registry/name:tag or pypi://package@version/member'

/** What of the Fleet’s models KServe cannot fetch. */
export const noteWeights: ObjectsOf = (context) => ({
  notes: [
    ...context.engines.filter(isFirstOfModel).flatMap((service) => sourceNotes(service, context)),
    ...(context.fleet.storage.models.caFile === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            id: 'kserve-ca-file',
            path: 'storage.models.caFile',
            message: `${targetTitle}: certificate authorities come from a ConfigMap that KServe’s own configuration names`,
            suggestion:
              'caBundleConfigMapName under storageInitializer in ConfigMap kserve/inferenceservice-config, and no caFile here',
          },
        ]),
  ],
})

/** One of the pools of a model speaks for it. */
const isFirstOfModel = ({ model }: EngineService, index: number, all: readonly EngineService[]) =>
  all.findIndex((other) => other.model.name === model.name) === index

function sourceNotes(service: EngineService, context: KserveContext): PlanWarning[] {
  const { model, path } = service
  const at = path.replace(/\.(?:prefill|decode)$/, '')
  if (model.source === undefined || model.engine === 'simulated') return []
  const stored = storedSource(model.source, model.engine, model.revision)
  const error = (id: string, field: string, message: string, suggestion: string): PlanWarning => ({
    severity: 'error',
    id,
    path: `${at}.${field}`,
    message: `${targetTitle}: ${message}`,
    suggestion,
  })
  const scheme = model.source.replace(/:.*/s, ':')
  if (stored === undefined) {
    return [error('kserve-source', 'source', `nothing fetches ${scheme} sources into a pod of KServe`, works)]
  }
  const adapters = model.adapters.flatMap((adapter, index) => {
    const own = storedSource(adapter.source, 'vllm', adapter.revision)
    const takes = own !== undefined && !own.byOurStore && !own.uri.startsWith('oci://')
    if (takes && !stored.byOurStore) return []
    const message = takes
      ? `adapters lie beside a model that KServe fetches itself, and ${scheme} is fetched by Fairlead’s store`
      : `KServe fetches no adapter from ${adapter.source.replace(/:.*/s, ':')}`
    return [
      error(
        'kserve-adapter-source',
        `adapters[${index}].source`,
        message,
        'hf://owner/name, s3://bucket/path or pvc://claim/path',
      ),
    ]
  })
  if (stored.uri.startsWith('oci://') && model.engine === 'llamacpp') {
    const message = 'llama.cpp is told one file, and which one of the image it is, oci:// does not say'
    return [error('kserve-oci-file', 'source', message, 'hf://owner/name:file.gguf, or pvc://claim/path/file.gguf')]
  }
  if (context.settings.kind === 'LLMInferenceService' && storageContainerName(service, context) !== undefined) {
    const message = `LLMInferenceServices fetch with KServe’s own storage initializer and the account’s Secrets alone, which is not enough for ${model.source}`
    return [
      error(
        'kserve-llm-storage',
        'source',
        message,
        'targets.kserve.kind: InferenceService, or a Secret with KServe’s keys (HF_TOKEN; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)',
      ),
    ]
  }
  return [...adapters, ...(stored.uri.startsWith('oci://') ? [modelcarNote(at)] : [])]
}

const modelcarNote = (at: string): PlanWarning => ({
  severity: 'warning',
  id: 'kserve-modelcar',
  path: `${at}.source`,
  message: `${targetTitle}: images with models must be switched on in KServe`,
  suggestion:
    'enableModelcar: true (or ociModelMode) under storageInitializer in ConfigMap kserve/inferenceservice-config',
})
