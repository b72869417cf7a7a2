import type { BatchingShape, StepCost } from '../../engines/index.ts'
import { exitCodes, UserError } from '../../errors/index.ts'
import { engineShapeOf } from '../../simulate/index.ts'
import { findGpu, matchModel } from '../../sizing/index.ts'
import type { SimulatedSettings } from './settings.ts'

/**
 * The engine that the settings describe: by its speeds, or as a model on a GPU is sized and timed by `fairlead simulate`.
 * @throws UserError for a GPU or a model that sizing does not know, and for a cache that holds less than one context
 */
export function shapeOf(settings: SimulatedSettings, contextLength: number): BatchingShape {
  const { maxSequences, maxBatchedTokens, kvBlockTokens, gpu, model } = settings
  const isSized = gpu !== undefined || model !== undefined
  const sized = isSized ? sizedShape(gpu ?? '', model ?? '', contextLength, settings) : undefined
  const contextTokens = Math.ceil(contextLength / kvBlockTokens) * kvBlockTokens
  const kvCapacityTokens = settings.kvCapacityTokens ?? sized?.kvCapacityTokens ?? maxSequences * contextTokens
  if (Math.floor(kvCapacityTokens / kvBlockTokens) * kvBlockTokens < contextLength) {
    throw new UserError({
      what: `A KV cache of ${kvCapacityTokens} tokens cannot hold one context of ${contextLength}.`,
      mend: 'Set a larger `kvCapacityTokens`, or a smaller `context`.',
      exitCode: exitCodes.usage,
    })
  }
  return { kvCapacityTokens, kvBlockTokens, maxSequences, maxBatchedTokens, step: sized?.step ?? costOf(settings) }
}

/** The speeds as constants of a step: one that brings a first token takes `ttft`, others what lies between two tokens. */
function costOf({ ttft, tokensPerSecond, msPerToken, msPerContextToken }: SimulatedSettings): StepCost {
  return {
    baseMs: 0,
    msPerToken,
    msPerAttentionPair: 0,
    weightsMs: 0,
    msPerContextToken,
    firstTokenMs: ttft,
    decodeMs: 1000 / tokensPerSecond,
    assumptions: ['as the settings say'],
  }
}

function sizedShape(gpu: string, model: string, context: number, settings: SimulatedSettings): BatchingShape {
  const spec = findGpu(gpu)
  if (spec === undefined) throw unknown('gpu', gpu, 'fairlead size llama-3.1-8b')
  const match = matchModel(model)
  if (match === undefined) throw unknown('model', model, `fairlead size ${model === '' ? 'llama-3.1-8b' : model}`)
  const { geometry, quantization } = match
  const { maxSequences, maxBatchedTokens, kvBlockTokens } = settings
  return engineShapeOf({
    geometry,
    gpu: spec,
    ...(quantization !== undefined && { quantization }),
    context,
    maxSequences,
    maxBatchedTokens,
    blockSize: kvBlockTokens,
  })
}

function unknown(field: string, name: string, command: string): UserError {
  return new UserError({
    what: `\`${field}\` of the simulated engine is ${name === '' ? 'missing' : `${name}, which sizing does not know`}.`,
    why: 'To behave like a model on a GPU it needs both of them, by a name that sizing knows.',
    mend: 'Name both, or leave both out and set `ttft` and `tokensPerSecond`.',
    command,
    exitCode: exitCodes.usage,
  })
}
