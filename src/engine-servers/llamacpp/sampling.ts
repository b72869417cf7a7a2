import { randomInt } from 'node:crypto'
import type { GenerationRequest } from '../serving/index.ts'
import type { EvaluateOptions } from './node-llama-cpp.ts'

/** What `llama-server` does with a field that the request leaves out (tools/server/README.md: 0.8, 40, 0.95, 0.05). */
const defaults = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 }

/** Seeds are unsigned 32-bit; the highest of them means "a random one" to llama.cpp (LLAMA_DEFAULT_SEED). */
const seedCount = 2 ** 32 - 1

type SamplingFields = Pick<
  GenerationRequest,
  'temperature' | 'topK' | 'topP' | 'minP' | 'seed' | 'presencePenalty' | 'frequencyPenalty' | 'repetitionPenalty'
>

/** The tokens that penalties count. */
export interface PenalisedTokens {
  /** As OpenAI has it for presence and frequency: the answer so far. */
  readonly generated: readonly number[]
  /** As vLLM has it for repetition: prompt and answer. */
  readonly all: () => readonly number[]
  /** The most that either may ever hold. */
  readonly limit: number
}

/** How llama.cpp samples what a request asks for. Temperature 0 takes the likeliest token, whatever the rest says. */
export function samplingOptions(request: SamplingFields, tokens: PenalisedTokens): EvaluateOptions {
  const temperature = request.temperature ?? defaults.temperature
  const isGreedy = temperature <= 0
  const topK = request.topK ?? defaults.topK
  const topP = request.topP ?? defaults.topP
  return {
    temperature: isGreedy ? 0 : temperature,
    topK: isGreedy || topK <= 0 ? null : topK,
    topP: isGreedy || topP >= 1 ? null : topP,
    minP: isGreedy ? 0 : (request.minP ?? defaults.minP),
    seed: request.seed === undefined ? randomInt(seedCount) : ((request.seed % seedCount) + seedCount) % seedCount,
    ...penalties(request, tokens),
    yieldEogToken: true,
  }
}

/** llama.cpp has one history for all three penalties: with a repetition penalty it is prompt and answer, else the answer. */
function penalties(request: SamplingFields, tokens: PenalisedTokens): Pick<EvaluateOptions, 'repeatPenalty'> {
  const { presencePenalty = 0, frequencyPenalty = 0, repetitionPenalty = 1 } = request
  if (presencePenalty === 0 && frequencyPenalty === 0 && repetitionPenalty === 1) return {}
  return {
    repeatPenalty: {
      punishTokens: repetitionPenalty === 1 ? () => tokens.generated : tokens.all,
      maxPunishTokens: tokens.limit,
      penalty: repetitionPenalty,
      presencePenalty,
      frequencyPenalty,
    },
  }
}
