import type { z } from 'zod'
import type { FleetDocument } from './fleet-document.ts'
import type { EngineName, model } from './model.ts'
import type { Overrides } from './overrides.ts'

type WrittenModel = z.output<typeof model>

/** Sections of the Fleet that a model may override under the same name. */
type OverridableSection = 'limits' | 'routing' | 'flow' | 'cache' | 'guard' | 'transform' | 'autoscale'

/** A model whose engine is known, whose roles are among its aliases, and whose overrides are merged with what the Fleet says. */
type ResolvedModel = Omit<WrittenModel, 'engine' | 'deadlines' | 'retry' | OverridableSection> &
  Pick<FleetDocument, OverridableSection> &
  Pick<FleetDocument['gateway'], 'deadlines' | 'retry'> & { engine: EngineName }

/** Fills in what depends on several fields: each model’s engine and names, and its sections from the Fleet’s. */
export function resolveFleet(written: FleetDocument): Omit<FleetDocument, 'models'> & { models: ResolvedModel[] } {
  return { ...written, models: written.models.map((model) => resolveModel(model, written)) }
}

function resolveModel(model: WrittenModel, fleet: FleetDocument): ResolvedModel {
  return {
    ...model,
    aliases: [...model.aliases, ...model.roles],
    engine: model.engine ?? impliedEngine(model),
    deadlines: merge(fleet.gateway.deadlines, model.deadlines),
    retry: merge(fleet.gateway.retry, model.retry),
    limits: merge(fleet.limits, model.limits),
    routing: merge(fleet.routing, model.routing),
    flow: merge(fleet.flow, model.flow),
    cache: merge(fleet.cache, model.cache),
    guard: merge(fleet.guard, model.guard),
    transform: merge(fleet.transform, model.transform),
    autoscale: merge(fleet.autoscale, model.autoscale),
  }
}

/** The engine of a model that names none. The simulated one must be asked for: nobody should be fooled by it. */
export function impliedEngine(model: { addresses?: readonly unknown[]; source?: string | undefined }): EngineName {
  if (model.addresses !== undefined && model.addresses.length > 0) return 'external'
  return model.source !== undefined && /\.gguf(@|$)/i.test(model.source) ? 'llamacpp' : 'vllm'
}

/** `overrides` laid over `section`, object by object; lists and plain values are replaced. */
function merge<Section extends object>(section: Section, overrides: Overrides<NoInfer<Section>> | undefined): Section {
  if (overrides === undefined) return section
  const merged = { ...section } as Record<string, unknown>
  for (const [field, value] of Object.entries(overrides)) {
    if (value === undefined) continue
    const below = merged[field]
    merged[field] = isPlainObject(below) && isPlainObject(value) ? merge<object>(below, value) : value
  }
  return merged as Section
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
