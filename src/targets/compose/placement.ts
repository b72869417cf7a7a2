import type { Fleet } from '../../fleet/index.ts'
import type { EngineService } from '../rendering/index.ts'
import { divideGpus } from './gpus.ts'
import { keyVariableOf } from './host-key.ts'

/** A further Docker host that runs engines. */
export type ComposeHost = Fleet['targets']['compose']['hosts'][number]

/** Which engines run where; of one whose replicas are on several hosts, each has a part. */
export interface EnginePlacement {
  /** Beside the gateway. */
  readonly here: readonly EngineService[]
  /** In the Fleet’s order of hosts. */
  readonly hosts: readonly { readonly host: ComposeHost; readonly engines: readonly EngineService[] }[]
}

/** A replica’s host by its name; null beside the gateway. */
type Place = string | null

/**
 * Places replicas on hosts. Those of a model with `placement.hosts` go to these in turn. Of other models, replicas with GPUs go,
 * in the Fleet’s order, each to the first host that has as many of its `gpus` left. Everything else runs beside the gateway: what
 * fits nowhere, engines without GPUs, and what cannot go alone, as models of one group and pools that hand KV blocks over.
 */
export function placeEngines(engines: readonly EngineService[], hosts: readonly ComposeHost[]): EnginePlacement {
  const chosen = engines.map((engine) => ({ engine, places: chosenPlaces(engine, hosts) }))
  const left = new Map(
    hosts.map(({ name, gpus }) => {
      const there = chosen.flatMap(({ engine, places }) => partOf(engine, places ?? [], name))
      return [name, gpus - divideGpus(there).uses.length]
    }),
  )
  const placed = chosen.map(({ engine, places }) => ({ engine, places: places ?? freePlaces(engine, left) }))
  const at = (place: Place) => placed.flatMap(({ engine, places }) => partOf(engine, places, place))
  return { here: at(null), hosts: hosts.map((host) => ({ host, engines: at(host.name) })) }
}

/** Whether prefill and decode are apart: KV blocks go between containers that see each other’s own addresses. */
export const isHandingOver = ({ role }: EngineService): boolean => role !== 'both'

const replicasOf = ({ pool }: EngineService) => Array.from({ length: Math.max(1, pool.replicas.min) })

/** Where the Fleet says that an engine’s replicas are; undefined where it leaves it open. */
function chosenPlaces(engine: EngineService, hosts: readonly ComposeHost[]): readonly Place[] | undefined {
  const names = engine.model.placement.hosts.filter((name) => hosts.some((host) => host.name === name))
  if (names.length === 0 || isHandingOver(engine)) return undefined
  return replicasOf(engine).map((_, replica) => names[replica % names.length] ?? null)
}

/** Where there are GPUs left, which are taken. */
function freePlaces(engine: EngineService, left: Map<string, number>): readonly Place[] {
  const { gpus, nodes, model } = engine
  const stays =
    gpus === 0 ||
    nodes > 1 ||
    model.hardware.group !== undefined ||
    isHandingOver(engine) ||
    keyVariableOf(engine) === undefined
  return replicasOf(engine).map(() => {
    const [name, count] = (stays ? undefined : [...left].find(([, free]) => free >= gpus)) ?? [null, 0]
    if (name !== null) left.set(name, count - gpus)
    return name
  })
}

/** What of an engine runs at a place; all of it is the engine as it is. */
function partOf(engine: EngineService, places: readonly Place[], place: Place): EngineService[] {
  const count = places.filter((each) => each === place).length
  if (count === 0) return []
  if (count === places.length) return [engine]
  const { pool } = engine
  return [{ ...engine, pool: { ...pool, replicas: { ...pool.replicas, min: count, max: count } } }]
}
