import type { Container, ServingRuntime } from '../../../kubernetes/index.ts'
import type { EngineName } from '../../../fleet/index.ts'
import { enginePorts, type EngineService } from '../../rendering/index.ts'
import { enginePod } from '../../rendering/cluster/index.ts'
import type { KserveContext, ObjectsOf } from '../context.ts'
import { partsOf } from '../command-parts.ts'

/** The container that KServe takes for the model server (pkg/constants, InferenceServiceContainerName). */
const engineContainer = 'kserve-container'

/** How a runtime calls the models that it serves. Names of our own, so that KServe chooses no runtime of them by itself. */
export const modelFormat = (engine: EngineName): string => `fairlead-${engine}`

/** Services that are alike in everything that a runtime says. */
interface RuntimeOf {
  readonly name: string
  readonly service: EngineService
}

/** The runtimes of a Fleet: one for each engine and image. */
function runtimesOf(context: KserveContext): RuntimeOf[] {
  const found: RuntimeOf[] = []
  for (const service of context.engines) {
    if (found.some((other) => isAlike(other.service, service))) continue
    const { engine } = service.model
    const number = found.filter((other) => other.service.model.engine === engine).length
    found.push({ name: context.names.named(`runtime-${engine}${number === 0 ? '' : `-${number + 1}`}`), service })
  }
  return found
}

/** Name of the runtime of a service. */
export const runtimeName = (service: EngineService, context: KserveContext): string =>
  runtimesOf(context).find((runtime) => isAlike(runtime.service, service))?.name ?? ''

const isAlike = (one: EngineService, other: EngineService) =>
  one.model.engine === other.model.engine && one.image === other.image && program(one) === program(other)

const program = (service: EngineService) => {
  const { program: words, listening } = partsOf(service)
  return [...words, ...listening].join(' ')
}

/** How each engine runs, whatever the model; InferenceServices add what a model asks for. */
export const renderRuntimes: ObjectsOf = (context) => ({
  objects: runtimesOf(context).map(({ name, service }) => {
    const { engine } = service.model
    const object: ServingRuntime = {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'ServingRuntime',
      metadata: context.metadata(name, { component: 'engine' }),
      spec: {
        annotations: {
          'prometheus.kserve.io/port': String(enginePorts.http),
          'prometheus.kserve.io/path': service.metricsPath,
        },
        supportedModelFormats: [{ name: modelFormat(engine), version: '1', autoSelect: false }],
        containers: [runtimeContainer(service, context)],
      },
    }
    return {
      kind: 'object',
      object,
      comments: [
        {
          path: ['spec', 'supportedModelFormats'],
          text: 'InferenceServices name this runtime; none is given it because of a model format.',
        },
      ],
    }
  }),
})

function runtimeContainer(service: EngineService, context: KserveContext): Container {
  const parts = partsOf(service)
  const [engine] = enginePod({ ...service, weights: null }, context).value.containers
  return {
    name: engineContainer,
    image: service.image,
    imagePullPolicy: context.fleet.storage.images.pullPolicy,
    command: parts.program,
    ...(parts.listening.length === 0 ? {} : { args: parts.listening }),
    ports: [{ ...(context.isKnative ? {} : { name: 'http' }), containerPort: enginePorts.http }],
    ...(engine?.securityContext === undefined ? {} : { securityContext: engine.securityContext }),
  }
}
