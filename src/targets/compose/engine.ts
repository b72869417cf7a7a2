import { factsFor } from '../../engines/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import { factsEngine } from '../../plan/index.ts'
import { enginePorts, type EngineService } from '../rendering/index.ts'
import { byteText, secondsText } from './amounts.ts'
import { always, locked, ownUser, pullPolicy } from './defaults.ts'
import { engineVariables } from './environment.ts'
import type { GpuAssignment } from './gpus.ts'
import { healthCheck } from './health.ts'
import { keyFileIn, keyVariableOf } from './host-key.ts'
import { labelsOf } from './labels.ts'
import type { Layout } from './layout.ts'
import { externalNetworks, networks } from './networks.ts'
import { publishedPorts } from './publish-engines.ts'
import type { ComposeHost } from './placement.ts'
import type { ComposeService, ProjectPart, ServiceEntry } from './types.ts'
import { mountsOf } from './volumes.ts'
import { isFetched, weightsEntries } from './weights.ts'

/** The engines, and what fetches their weights. */
export function enginesPart(layout: Layout): ProjectPart {
  return {
    services: layout.engines.flatMap((engine) => [...weightsEntries(engine, layout), ...engineEntries(engine, layout)]),
  }
}

/** An engine’s services: one for each replica that has GPUs of its own, else one that is scaled. */
function engineEntries(engine: EngineService, layout: Layout): ServiceEntry[] {
  const { fleet, secretFiles } = layout
  const names = layout.namesOf(engine)
  const gpus = layout.gpus.assignments.get(engine.name)
  const { min } = engine.pool.replicas
  const { model, role } = engine
  return names.services.map((name, replica) => {
    const place = gpus?.places[replica]
    const scale = names.services.length === 1 && min !== 1 ? { scale: min } : {}
    const joined = name === names.host ? null : { aliases: [names.host] }
    const published = publishedPorts(engine, replica, layout)
    const service: ComposeService = {
      image: engine.image,
      ...pullPolicy(fleet),
      ...commandOf(engine, layout),
      ...scale,
      restart: 'unless-stopped',
      stop_grace_period: secondsText(engine.graceSeconds),
      ...(isFetched(engine, fleet)
        ? { depends_on: { [names.weights]: { condition: 'service_completed_successfully' } } }
        : {}),
      ...engineVariables(engine, secretFiles),
      volumes: mountsOf(engine, fleet),
      ...(published.length === 0 ? {} : { ports: published }),
      networks: { [networks.engines]: joined, ...outside(layout, joined) },
      healthcheck: healthCheck(engine.model.engine, enginePorts.http, engine.probes),
      ...sharedMemory(engine),
      ...resourcesOf(engine, gpus, place),
      ...rightsOf(engine, fleet),
      labels: labelsOf({ fleet: fleet.name, model: model.name, role, engine: model.engine }),
    }
    return { name, service, comments: commentsOn(engine, { service, gpus, replica, host: layout.host }) }
  })
}

/** Without a gateway, who joins the Fleet’s networks are the engines. */
function outside({ options, fleet, host }: Layout, joined: { readonly aliases: readonly string[] } | null) {
  if (options.gateway || host !== undefined) return {}
  return Object.fromEntries([...externalNetworks(fleet).keys()].map((key) => [key, joined]))
}

/**
 * The whole command, whatever the image’s entrypoint is. What Compose has no word for becomes a variable at the start: its own
 * address of an engine that tells others, and a key that is in a file.
 */
function commandOf(engine: EngineService, layout: Layout): Pick<ComposeService, 'entrypoint' | 'command'> {
  const { command } = engine
  const own = [...addressVariables(engine), ...keyVariables(engine, layout)]
  if (own.length === 0) return { entrypoint: command.slice(0, 1), command: command.slice(1) }
  return { entrypoint: ['/bin/sh', '-c', `${own.join('; ')}; exec "$@"`, 'sh'], command }
}

const addressVariables = ({ environment }: EngineService) =>
  environment.filter((entry) => 'from' in entry).map(({ name }) => `export ${name}="$(hostname -i)"`)

/** An engine without its key would let everybody in: it does not start. */
function keyVariables(engine: EngineService, { host, secretFiles }: Layout): string[] {
  const name = keyVariableOf(engine)
  const file = host === undefined ? undefined : keyFileIn(secretFiles)
  if (name === undefined || file === undefined) return []
  const path = `'${file.target.replaceAll("'", `'\\''`)}'`
  return [`export ${name}="$(cat ${path})"`, `: "\${${name}:?its file says none}"`]
}

/** Shared memory of a replica on one GPU whose needs are not known (vLLM’s own Kubernetes example). */
const usualSharedMemory = 2 * 2 ** 30

/** PyTorch’s processes of one replica talk through /dev/shm, of which Docker gives 64 MiB. */
function sharedMemory({ pool, model, gpus }: EngineService): Pick<ComposeService, 'shm_size'> {
  const isPython = model.engine === 'vllm' || model.engine === 'sglang'
  const usual = isPython ? usualSharedMemory * Math.max(1, gpus) : 0
  const bytes = pool.host?.sharedMemoryBytes ?? model.resources.sharedMemory ?? usual
  return bytes === 0 ? {} : { shm_size: byteText(bytes) }
}

function resourcesOf(
  { pool, model, role, gpus: count }: EngineService,
  gpus: GpuAssignment | undefined,
  place: readonly number[] | undefined,
): Pick<ComposeService, 'deploy'> {
  const { cpuLimit, memory, memoryRequest } = {
    ...model.resources,
    ...(role === 'both' ? {} : model[role]?.resources),
  }
  const limits = {
    ...(cpuLimit === undefined ? {} : { cpus: String(cpuLimit) }),
    ...(memory === undefined ? {} : { memory: byteText(pool.host?.memoryBytes ?? memory) }),
  }
  const which = gpus?.isAlone === true ? { count } : { device_ids: (place ?? []).map(String) }
  const reservations = {
    ...(memoryRequest === undefined ? {} : { memory: byteText(memoryRequest) }),
    ...(count === 0 ? {} : { devices: [{ driver: 'nvidia' as const, ...which, capabilities: ['gpu'] as const }] }),
  }
  const resources = {
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(Object.keys(reservations).length === 0 ? {} : { reservations }),
  }
  return Object.keys(resources).length === 0 ? {} : { deploy: { resources } }
}

/**
 * vLLM and SGLang compile kernels into folders of their images, as root, which here has no capabilities; but a host’s folder may be
 * somebody else’s. llama.cpp and our own engines write nothing, as whoever they run.
 */
function rightsOf({ model, weights }: EngineService, { storage }: Fleet) {
  if (model.engine !== 'vllm' && model.engine !== 'sglang') return { user: ownUser, ...locked }
  const isInHostFolder = weights?.by === 'engine' && storage.models.path !== undefined
  return { cap_drop: ['ALL'], ...(isInHostFolder ? { cap_add: ['DAC_OVERRIDE'] } : {}), ...always }
}

const groupText = ({ model }: EngineService) =>
  model.hardware.group === undefined
    ? ''
    : ` Models of group ${model.hardware.group} share theirs: each takes its part of the memory.`

/** Who comes in at a published port, and where without the key. */
function portsText({ model }: EngineService, { address }: ComposeHost): string {
  const engine = factsEngine(model.engine)
  const endpoints = engine === undefined ? [] : factsFor(engine).endpoints
  const open = endpoints.filter((each) => each.method === 'POST' && each.openWithoutKey && each.needs === undefined)
  return [
    `The gateway asks ${address}, with the key of this host; nothing encrypts it.`,
    ...(open.length === 0
      ? []
      : [
          `Without the key it answers ${open.map(({ path }) => path).join(', ')}: let the gateway’s host alone reach it.`,
        ]),
  ].join(' ')
}

function commentsOn(
  engine: EngineService,
  {
    service,
    gpus,
    replica,
    host,
  }: {
    readonly service: ComposeService
    readonly gpus: GpuAssignment | undefined
    readonly replica: number
    readonly host: ComposeHost | undefined
  },
): NonNullable<ServiceEntry['comments']> {
  if (replica > 0) return []
  const kind = gpus?.kind === undefined ? '' : ` (${gpus.kind})`
  return [
    ...(host === undefined
      ? []
      : [
          {
            path: ['ports'],
            text: portsText(engine, host),
          },
        ]),
    ...(host !== undefined && service.entrypoint?.[0] === '/bin/sh'
      ? [{ path: ['entrypoint'], text: 'The key goes from its file into a variable, and into no argument.' }]
      : []),
    ...(addressVariables(engine).length > 0
      ? [{ path: ['entrypoint'], text: 'Other replicas fetch KV blocks at this container’s own address.' }]
      : []),
    {
      path: ['healthcheck'],
      text: `Loading may take ${secondsText(engine.probes.startup.intervalSeconds * engine.probes.startup.failures)} (models[].startupBudget); start_interval needs Docker Engine 25.`,
    },
    ...(service.shm_size === undefined
      ? []
      : [{ path: ['shm_size'], text: 'Processes of one replica talk through /dev/shm; Docker gives 64 MiB.' }]),
    ...(gpus === undefined || service.deploy?.resources.reservations?.devices === undefined
      ? []
      : [
          {
            path: ['deploy', 'resources', 'reservations', 'devices'],
            text: gpus.isAlone
              ? `The first ${engine.gpus === 1 ? 'GPU' : `${engine.gpus} GPUs`} of the host${kind}; device_ids in place of count takes others.`
              : `GPUs of the host${kind} by the index that nvidia-smi -L tells. Docker lets containers share a GPU, and count would be the first ones for all.${groupText(engine)}`,
          },
        ]),
    ...(service.depends_on !== undefined
      ? [{ path: ['depends_on'], text: 'Its weights are in their place before it starts.' }]
      : []),
    ...(service.read_only === true
      ? []
      : [
          {
            path: ['cap_drop'],
            text: 'Its image runs as root, and compiles kernels into folders of root’s; so its root has no capabilities, and files stay writable.',
          },
        ]),
  ]
}
