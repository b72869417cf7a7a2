import type { Plan, PoolPlan } from '../../plan/index.ts'

/** A plan as JSON: GPUs by their name, and of each way out its change and its figures. */
export function planDocument({ models, groups, nodes, costPerHour, warnings, fits }: Plan): Record<string, unknown> {
  return {
    fits,
    models: models.map(({ name, engine, source, geometry, pools }) => ({
      name,
      engine,
      source: source ?? null,
      geometry: geometry ?? null,
      pools: pools.map(poolDocument),
    })),
    groups,
    nodes,
    costPerHour: costPerHour ?? null,
    warnings,
  }
}

function poolDocument({ role, replicas, gpu, gpus, decisions, sizing, processor, waysOut, host, command }: PoolPlan) {
  return {
    role,
    replicas,
    gpu: gpu?.key ?? null,
    gpus,
    settings: decisions,
    sizing: sizing ?? null,
    processor: processor ?? null,
    waysOut: waysOut.map(({ kind, change, fleetEdit, sizing: tried }) => ({
      kind,
      change,
      fleetEdit,
      fits: tried.fits,
      kvCapacityTokens: tried.kvCapacityTokens,
      maxConcurrency: tried.maxConcurrency,
      costPerMillionTokens: tried.costPerMillionTokens ?? null,
    })),
    host: host ?? null,
    command: command ?? null,
  }
}
