import type { Container, LLMInferenceService, PodSpec, Probe } from '../../../kubernetes/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { enginePod, literal, type Commented } from '../../rendering/cluster/index.ts'
import { annotationsOf, podLabelsOf, type KserveContext } from '../context.ts'
import { partsOf } from '../command-parts.ts'
import { storageAccount } from '../weights/index.ts'
import { llmScaling } from './scaling.ts'

type Spec = NonNullable<LLMInferenceService['spec']>
type Workload = Pick<Spec, 'replicas' | 'scaling' | 'parallelism' | 'labels' | 'annotations' | 'template'>

/** A kind of replica as a workload of an LLMInferenceService. */
export function workloadOf(service: EngineService, context: KserveContext): Commented<Workload> {
  const { value: pod, comments } = enginePod({ ...service, weights: null }, context)
  const tensor = service.pool.settings?.tensorParallel ?? 1
  const scaling = llmScaling(service)
  return {
    value: {
      labels: podLabelsOf(service, context.fleet.name),
      ...annotationsOf(service, context),
      ...scaling.value,
      ...(tensor > 1 ? { parallelism: { tensor } } : {}),
      template: templateOf(pod, service, context),
    },
    comments: [
      ...scaling.comments,
      {
        path: ['template', 'containers', 0],
        text: 'Laid over KServe’s preset (LLMInferenceServiceConfig), which has the entrypoint, ports and the paths of probes; the entrypoint’s shell adds VLLM_ADDITIONAL_ARGS to vLLM’s command.',
      },
      ...comments
        .filter(({ path }) => path[0] !== 'containers')
        .map(({ path, text }) => ({ path: ['template', ...path], text })),
    ],
  }
}

function templateOf(pod: PodSpec, service: EngineService, context: KserveContext): PodSpec {
  const [engine] = pod.containers
  const { automountServiceAccountToken, ...fields } = pod
  // KServe puts a sidecar beside decode replicas of a model that it splits, and that one asks the API server for the pool.
  const hasSidecar = context.gateway === null && service.role === 'decode'
  return {
    ...fields,
    ...(hasSidecar || automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
    serviceAccountName: storageAccount(context),
    containers: engine === undefined ? [] : [mainContainer(engine, service)],
  }
}

/** What the presets’ entrypoint adds to vLLM’s command, as words of a shell (config/llmisvcconfig/config-llm-template.yaml). */
const argumentsVariable = 'VLLM_ADDITIONAL_ARGS'

/** What the preset’s container does not say itself; the container’s name is the preset’s. */
function mainContainer(engine: Container, service: EngineService): Container {
  const { image, imagePullPolicy, env, resources, volumeMounts, securityContext } = engine
  const { startupProbe, readinessProbe, livenessProbe } = engine
  // Behind the program stands the model’s path, which the preset says.
  const words = partsOf(service).ofModel.slice(1)
  const ports = service.ports.filter(({ name }) => name !== 'http')
  return {
    name: 'main',
    image,
    imagePullPolicy,
    env: [
      ...(words.length === 0 ? [] : [{ name: argumentsVariable, value: literal(words.map(quoted).join(' ')) }]),
      ...(env ?? []),
    ],
    ...(ports.length === 0 ? {} : { ports: ports.map(({ port }) => ({ containerPort: port, protocol: 'TCP' })) }),
    ...(resources === undefined ? {} : { resources }),
    startupProbe: timesOf(startupProbe),
    readinessProbe: timesOf(readinessProbe),
    livenessProbe: timesOf(livenessProbe),
    ...(securityContext === undefined ? {} : { securityContext }),
    ...(volumeMounts === undefined || volumeMounts.length === 0 ? {} : { volumeMounts }),
  }
}

/** A probe’s times alone. */
function timesOf(probe: Probe | undefined): Probe | undefined {
  if (probe === undefined) return undefined
  const { httpGet: _, ...times } = probe
  return times
}

/** A word that a shell reads as it is. */
const quoted = (text: string) => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
