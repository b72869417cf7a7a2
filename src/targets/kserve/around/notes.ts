import type { PlanWarning } from '../../../plan/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { engineFileNotes, gpuNotes, neededSecrets, secretNotes, sharingOf } from '../../rendering/cluster/index.ts'
import { targetTitle, type KserveContext, type ObjectsOf } from '../context.ts'

/** What a person should know of the whole, beside what each kind of object says itself. */
export const noteAround: ObjectsOf = (context) => {
  const { engines, fleet, names, namespace, gateway } = context
  return {
    notes: [
      ...engines.flatMap((service) => gpuNotes(service, targetTitle)),
      ...engines.flatMap((service) => engineNotes(service, context)),
      ...engineFileNotes(fleet, targetTitle),
      ...(gateway === null ? withoutGateway(context) : []),
      ...secretNotes(neededSecrets(fleet, names, gateway !== null), namespace, targetTitle),
    ],
  }
}

const error = (id: string, path: string, message: string, suggestion: string): PlanWarning => ({
  severity: 'error',
  id,
  path,
  message: `${targetTitle}: ${message}`,
  suggestion,
})

function engineNotes(service: EngineService, { settings, isKnative }: KserveContext): PlanWarning[] {
  const { command, model, nodes, path } = service
  const isLlm = settings.kind === 'LLMInferenceService'
  return [
    ...(command.length > 0
      ? []
      : [
          error(
            'no-command',
            path,
            `there is no command for ${model.name}; \`fairlead plan\` says why`,
            'engine: vllm',
          ),
        ]),
    ...(nodes === 1
      ? []
      : [
          error(
            'kserve-nodes',
            `${path}.parallelism.nodes`,
            isLlm
              ? 'Fairlead renders no worker of an LLMInferenceService yet'
              : 'InferenceServices over several machines are for KServe’s own Hugging Face server and Ray alone',
            'parallelism.nodes: 1, or fairlead render --target kubernetes',
          ),
        ]),
    ...(sharingOf(service) === 'dra' && isKnative
      ? [
          error(
            'kserve-dra',
            `${path}.hardware.sharing`,
            'pods that Knative makes have no resource claims',
            'targets.kserve.mode: Standard, or sharing: exclusive',
          ),
        ]
      : []),
  ]
}

/** What only the gateway does. */
function withoutGateway({ engines, fleet, settings }: KserveContext): PlanWarning[] {
  const isLlm = settings.kind === 'LLMInferenceService'
  const split = engines.filter(({ role }) => role === 'prefill')
  const transforming = fleet.models.flatMap(({ transform }, index) => (transform.steps.length === 0 ? [] : [index]))
  return [
    ...(isLlm
      ? []
      : split.map(({ path, model }) =>
          error(
            'kserve-split',
            path,
            `without the gateway nobody hands requests of ${model.name} from prefill to decode`,
            'targets.kserve.kind: LLMInferenceService, or render with the gateway',
          ),
        )),
    ...transforming.map((index) =>
      error(
        'kserve-transformer',
        fleet.transform.steps.length > 0 ? 'transform.steps' : `models[${index}].transform.steps`,
        'a transformer of KServe is a server that somebody writes and builds; steps of a Fleet are not one',
        'render with the gateway, which stands where a transformer would',
      ),
    ),
  ]
}
