import type { LLMInferenceService } from '../../../kubernetes/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../rendering/index.ts'
import { commentsAt } from '../../rendering/cluster/index.ts'
import { enginePart, type KserveContext, type ObjectsOf } from '../context.ts'
import { modelStorage, type ModelStorage } from '../sources/index.ts'
import { llmNotes } from './notes.ts'
import { workloadOf } from './workload.ts'

type Spec = NonNullable<LLMInferenceService['spec']>

/** The services that become one object. */
interface Group {
  readonly main: EngineService
  /** Beside it, where KServe itself splits prefill and decode. */
  readonly prefill?: EngineService
}

/**
 * Each model as an LLMInferenceService. Behind Fairlead’s gateway each kind of replica is one of its own and KServe adds no router,
 * since two schedulers would undo each other’s choices; without the gateway KServe’s router and its endpoint picker route.
 */
export const renderLlmInferenceServices: ObjectsOf = (context) => ({
  objects: groupsOf(context).map((group) => llmInferenceService(group, context)),
  notes: context.engines.flatMap((service) => llmNotes(service, context)),
})

function groupsOf({ engines, gateway }: KserveContext): Group[] {
  if (gateway !== null) return engines.map((main) => ({ main }))
  return engines.flatMap((main) => {
    if (main.role === 'prefill') return []
    const prefill = engines.find(({ role, modelLabel }) => role === 'prefill' && modelLabel === main.modelLabel)
    return [main.role === 'decode' && prefill !== undefined ? { main, prefill } : { main }]
  })
}

function llmInferenceService({ main, prefill }: Group, context: KserveContext): ObjectArtifact {
  const name = context.serviceName(prefill === undefined ? main : { ...main, name: main.modelLabel })
  const workload = workloadOf(main, context)
  const other = prefill === undefined ? undefined : workloadOf(prefill, context)
  const storage = modelStorage(main.model)
  const routes = context.gateway === null
  const spec: Spec = {
    model: modelOf(main, storage),
    ...(routes ? { router: { route: {}, gateway: {}, scheduler: {} } } : {}),
    ...workload.value,
    ...(other === undefined ? {} : { prefill: other.value }),
  }
  const object: LLMInferenceService = {
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    metadata: context.metadata(
      name,
      prefill === undefined ? enginePart(main) : { component: 'engine', model: main.modelLabel },
    ),
    spec,
  }
  return {
    kind: 'object',
    object,
    comments: [
      routes
        ? {
            path: ['spec', 'router'],
            text: 'KServe’s own route, gateway and endpoint picker: the Fairlead gateway is left out.',
          }
        : {
            path: ['spec'],
            text: 'No router: the Fairlead gateway finds the pods by their Service and routes itself. A second scheduler would undo its choices.',
          },
      ...commentsAt(['spec'], workload.comments),
      ...(other === undefined ? [] : commentsAt(['spec', 'prefill'], other.comments)),
    ] satisfies Comment[],
  }
}

function modelOf({ model }: EngineService, storage: ModelStorage | null): NonNullable<Spec['model']> {
  const { maxAdapterRank, maxLoadedAdapters } = model
  const adapters = storage?.adapters ?? []
  return {
    uri: storage?.model.uri ?? '',
    name: model.name,
    ...(adapters.length === 0
      ? {}
      : {
          lora: {
            adapters: adapters.map(({ name, uri }) => ({ name, uri })),
            ...(maxLoadedAdapters === undefined ? {} : { maxAdapters: maxLoadedAdapters }),
            ...(maxAdapterRank === undefined ? {} : { maxRank: maxAdapterRank }),
          },
        }),
  }
}
