import { fileURLToPath } from 'node:url'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { Fleet, Model } from '../../fleet/index.ts'
import { inspectHubModel, inspectModel, openModelStore, type ModelFiles } from '../../models/index.ts'
import { GeometryProblem, geometryFromConfig, geometryFromGguf, type ModelGeometry } from '../../sizing/index.ts'
import { factsEngine, geometryOf } from '../../plan/index.ts'

/** Where models are looked for. */
export interface ReadGeometriesContext {
  readonly environment: Environment
  readonly signal: AbortSignal
  /** Whether the hub is asked about models that neither this machine nor the catalogue knows. */
  readonly offline: boolean
}

/**
 * The shapes of a Fleet’s models as their own files tell them: of local files and of what the model store holds, and of hub
 * models that the catalogue does not have. What cannot be read is left out; the plan says so.
 */
export async function readGeometries(
  fleet: Fleet,
  context: ReadGeometriesContext,
): Promise<ReadonlyMap<string, ModelGeometry>> {
  const sized = fleet.models.filter(({ engine, source }) => factsEngine(engine) !== undefined && source !== undefined)
  const read = await Promise.all(
    sized.map(async (model) => {
      const files = await filesOf(model, context)
      const geometry = files === undefined ? undefined : geometryFrom(files, model)
      return geometry === undefined ? [] : [[model.name, geometry] as const]
    }),
  )
  return new Map(read.flat())
}

/** A model’s own files, where they are at hand. */
async function filesOf(model: Model, context: ReadGeometriesContext): Promise<ModelFiles | undefined> {
  const { source = '', checksum } = model
  try {
    if (source.startsWith('file://')) return await inspectModel(fileURLToPath(source))
    if (source.endsWith('.gguf') || source.includes('.gguf@')) {
      const stored = await openModelStore(context.environment).find({ source, checksum })
      return stored === undefined ? undefined : await inspectModel(stored.path)
    }
    if (context.offline || !source.startsWith('hf://') || geometryOf(model, {}) !== undefined) return undefined
    return await inspectHubModel(source, context)
  } catch (error) {
    if (error instanceof UserError || error instanceof TypeError) return undefined
    throw error
  }
}

function geometryFrom(files: ModelFiles, { name }: Model): ModelGeometry | undefined {
  try {
    if (files.kind === 'gguf') return geometryFromGguf(files.info, files.info.name ?? name)
    const { config, index, weightBytes } = files
    return geometryFromConfig(config, {
      name,
      ...(index === undefined ? {} : { index }),
      ...(weightBytes === undefined ? {} : { weightBytes }),
    })
  } catch (error) {
    if (error instanceof GeometryProblem) return undefined
    throw error
  }
}
