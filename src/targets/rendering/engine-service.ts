import { commandLine, engineFor, factsFor, type EngineSettings } from '../../engines/index.ts'
import { goesByKvEvents, type Fleet, type Model } from '../../fleet/index.ts'
import { distinctLabels } from '../../kubernetes/index.ts'
import { factsEngine, type Plan, type PoolPlan, type PoolRole } from '../../plan/index.ts'
import type { RenderOptions } from './contract.ts'
import { engineEnvironment, type EnvironmentEntry } from './engine-environment.ts'
import { engineImage } from './images.ts'
import { probesOf, type Probes } from './probes.ts'
import { weightsPlace, type WeightsPlace } from './weights-place.ts'

/** Ports of an engine in a container. */
export const enginePorts = { http: 8000, kvEvents: 5557, kvReplay: 5558, nixl: 5600 } as const

/** Replicas that are alike, as containers that no platform has put its words to yet. */
export interface EngineService {
  /** DNS label, unique in the Fleet, at most 45 characters: `llama-3-1-8b`, `llama-3-1-8b-prefill`. */
  readonly name: string
  /** DNS label of the model alone. */
  readonly modelLabel: string
  readonly model: Model
  /** Path of its fields in the Fleet: `models[0]`, `models[0].prefill`. */
  readonly path: string
  readonly role: PoolRole
  readonly pool: PoolPlan
  readonly image: string
  /** The whole command; it takes the place of the image’s entrypoint. */
  readonly command: readonly string[]
  readonly environment: readonly EnvironmentEntry[]
  readonly ports: readonly { readonly name: keyof typeof enginePorts; readonly port: number }[]
  readonly metricsPath: string
  readonly probes: Probes
  /** Where its weights lie in the container; null for an engine without. */
  readonly weights: WeightsPlace | null
  /** Small files that it reads, by their paths in the container: its chat template. */
  readonly files: Readonly<Record<string, string>>
  /** Seconds from the request to stop until it is killed. */
  readonly graceSeconds: number
  /** GPUs of one replica. */
  readonly gpus: number
  /** Machines of one replica; above 1, each with its equal part of the GPUs. */
  readonly nodes: number
}

/** Port on which an engine itself serves its API and its metrics. */
export const httpPortOf = ({ ports }: Pick<EngineService, 'ports'>): number =>
  ports.find(({ name }) => name === 'http')?.port ?? enginePorts.http

/** Where a platform of its own ways keeps a model’s weights. */
export interface ServicePlace {
  readonly weights: WeightsPlace | null
  /** Settings in place of the plan’s. */
  readonly settings?: Partial<EngineSettings>
  /** Settings that the platform makes by itself, so that the command leaves them out. */
  readonly without?: readonly (keyof EngineSettings)[]
}

/** Each model’s name as names and labels of objects have it, such that parts of names still fit behind it. */
export function modelLabels({ models }: Pick<Fleet, 'models'>): ReadonlyMap<string, string> {
  return distinctLabels(
    models.map(({ name }) => name),
    37,
  )
}

/**
 * Every kind of replica that a Fleet starts by itself, in the Fleet’s order; engines that somebody else runs are left out.
 * @param placeOf where the weights of a model lie, on a platform that fetches them itself
 */
export function engineServices(
  plan: Plan,
  options: Pick<RenderOptions, 'version' | 'files'>,
  placeOf: (model: Model, modelLabel: string) => ServicePlace = (model, label) => ({
    weights: weightsPlace(model, label),
  }),
): EngineService[] {
  const { fleet } = plan
  const labels = modelLabels(fleet)
  return fleet.models.flatMap((model, index) => {
    const planned = plan.models[index]
    const modelLabel = labels.get(model.name)
    if (model.engine === 'external' || planned === undefined || modelLabel === undefined) return []
    const place = placeOf(model, modelLabel)
    return planned.pools.map((pool) => serviceOf({ fleet, model, index, pool, modelLabel, options, place }))
  })
}

interface ServiceParts {
  readonly fleet: Fleet
  readonly model: Model
  readonly index: number
  readonly pool: PoolPlan
  readonly modelLabel: string
  readonly options: Pick<RenderOptions, 'version' | 'files'>
  readonly place: ServicePlace
}

function serviceOf({ fleet, model, index, pool, modelLabel, options, place }: ServiceParts): EngineService {
  const { role, gpus } = pool
  const template = chatTemplate(model, modelLabel, options.files ?? {})
  const drainSeconds = Math.ceil(fleet.gateway.drain.timeout / 1_000)
  const { weights } = place
  const publishesEvents = model.engine === 'vllm' && goesByKvEvents(model.routing.policy)
  const isSplit = role !== 'both'
  const usesNixl = isSplit && model.engine === 'vllm' && model.routing.disaggregation.transfer.startsWith('nixl')
  const ports = [
    'http' as const,
    ...(publishesEvents ? (['kvEvents', 'kvReplay'] as const) : []),
    ...(usesNixl ? (['nixl'] as const) : []),
  ]
  const part = role === 'both' ? '' : `-${role}`
  return {
    name: `${modelLabel}${part}`,
    modelLabel,
    model,
    path: `models[${index}]${role === 'both' ? '' : `.${role}`}`,
    role,
    pool,
    image: engineImage(model, gpus, fleet, options.version),
    command: commandOf(model, pool, place, {
      ...(publishesEvents ? kvEvents : {}),
      ...(template === undefined ? {} : { chatTemplateFile: template.path }),
      // vLLM drops running requests at once unless it is told how long to wait for them.
      ...(model.engine === 'vllm' ? { shutdownTimeoutSeconds: drainSeconds } : {}),
    }),
    environment: engineEnvironment(model, { fleet, weights, usesNixl, nixlPort: enginePorts.nixl }),
    ports: ports.map((name) => ({ name, port: enginePorts[name] })),
    metricsPath: engineFor(model.engine).metricsPath,
    probes: probesOf(model),
    weights,
    files: template === undefined ? {} : { [template.path]: template.text },
    graceSeconds: drainSeconds + 30,
    gpus,
    nodes: nodesOf(model, role),
  }
}

/** Machines of a replica: the pool’s own word, else the model’s where the pool leaves open how it is spread. */
function nodesOf(model: Model, role: PoolRole): number {
  const pool = role === 'both' ? undefined : model[role]
  if (pool === undefined) return model.parallelism.nodes
  const { tensor, pipeline, data, nodes } = pool.parallelism
  const leavesOpen = pool.hardware.gpus === undefined && tensor * pipeline * data * nodes === 1
  return leavesOpen ? model.parallelism.nodes : nodes
}

const kvEvents: Partial<EngineSettings> = {
  kvEventsEndpoint: `tcp://*:${enginePorts.kvEvents}`,
  kvEventsReplayEndpoint: `tcp://*:${enginePorts.kvReplay}`,
}

/** Folder of engines’ chat templates in their containers. */
const templatesFolder = '/etc/fairlead/templates'

/** The chat template that goes along with a model: the Fleet’s own words, or a file that lay beside it. */
function chatTemplate(
  { chat }: Model,
  modelLabel: string,
  files: Readonly<Record<string, string>>,
): { readonly path: string; readonly text: string } | undefined {
  const text = chat.template ?? (chat.templateFile === undefined ? undefined : files[chat.templateFile])
  return text === undefined ? undefined : { path: `${templatesFolder}/${modelLabel}.jinja`, text }
}

/** The command in a container: on every address of it, on the port that all engines have there. */
function commandOf(
  model: Model,
  { settings }: PoolPlan,
  { weights, settings: own, without = [] }: ServicePlace,
  more: Partial<EngineSettings>,
): string[] {
  const engine = factsEngine(model.engine)
  const address = { host: '0.0.0.0', port: enginePorts.http }
  if (engine === undefined) {
    const launch = engineFor(model.engine).launch({ ...address, model, threads: 1, binariesOnPath: new Set() })
    return ['fairlead', 'engine', launch.program.name, ...launch.args]
  }
  if (settings === undefined) return []
  const path = weights?.path === undefined ? {} : { model: weights.path }
  const all: EngineSettings = { ...settings, ...address, ...path, ...more, ...own }
  // What lies on a path is no longer where the source says.
  const leftOut: readonly string[] = weights?.path === undefined ? without : [...without, 'loadFormat']
  const told = Object.entries(all).filter(([name]) => !leftOut.includes(name))
  const line = commandLine(engine, { ...Object.fromEntries(told), model: all.model })
  return [...programOf(model, factsFor(engine).command), ...line]
}

/** llama.cpp’s images have their server beside PATH, not on it (.devops/*.Dockerfile: `ENTRYPOINT ["/app/llama-server"]`). */
function programOf({ engine, image }: Model, command: readonly string[]): readonly string[] {
  return engine === 'llamacpp' && image === undefined ? ['/app/llama-server'] : command
}
