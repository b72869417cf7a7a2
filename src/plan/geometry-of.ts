import type { Model } from '../fleet/index.ts'
import { matchModel, type ModelGeometry, type Quantization } from '../sizing/index.ts'
import type { PlanFacts } from './contract.ts'

/** Names under which the catalogue may know a model: its source's, without scheme, file and revision. */
function namesOf({ source, name, upstreamModel }: Model): string[] {
  if (source === undefined) return upstreamModel === undefined ? [] : [upstreamModel]
  const hub = /^hf:\/\/([^/]+\/[^/:@]+)/.exec(source)?.[1]
  const file = /([^/]+?)(?:\.gguf)?(?:@[^/]*)?$/i.exec(source)?.[1]
  // A GGUF file is usually called as the model is, with its type behind: SmolLM2-135M-Instruct.Q4_1.gguf
  const bare = file?.replace(/[.-](?:I?Q\d\w*|F16|BF16|F32)$/i, '')
  const ofHub = hub?.replace(/-GGUF$/i, '')
  return [hub, ofHub, bare, name].filter((each) => each !== undefined)
}

/** How the weights of a copy are quantised, as its name tells; nothing for a copy that the catalogue holds itself. */
export function quantizationByName(model: Model): { quantization?: Quantization; ggufType?: string } {
  const [name] = namesOf(model)
  const match = name === undefined ? undefined : matchModel(name)
  if (match === undefined || match.isExact || match.quantization === undefined) return {}
  const { quantization, ggufType } = match
  return { quantization, ...(ggufType === undefined ? {} : { ggufType }) }
}

/** The type in the name of a GGUF file: `Q4_K_M`. */
export function ggufTypeOf(source: string | undefined): string | undefined {
  return /[.-]((?:I?Q\d\w*|F16|BF16|F32))\.gguf(?:@[^/]*)?$/i.exec(source ?? '')?.[1]?.toUpperCase()
}

/** The shape of a model: read from its files, else from the catalogue by its source. */
export function geometryOf(model: Model, facts: PlanFacts): ModelGeometry | undefined {
  const read = facts.geometries?.get(model.name)
  if (read !== undefined) return read
  for (const name of namesOf(model)) {
    const found = matchModel(name)
    if (found !== undefined) return found.geometry
  }
  return undefined
}
