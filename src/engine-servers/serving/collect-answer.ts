import type { GenerationResult } from './contract.ts'
import type { Exchange } from './exchange.ts'
import { generateChoices } from './generate-choices.ts'
import type { ParsedGeneration } from './parse-generation.ts'
import { totalUsage, type Usage } from './usage.ts'

/** A whole answer: one text and one result a choice. */
export interface CollectedAnswer {
  readonly texts: readonly string[]
  readonly results: readonly GenerationResult[]
  readonly usage: Usage
}

/** Generates an answer that is sent when it is whole. */
export async function collectAnswer(exchange: Exchange, parsed: ParsedGeneration): Promise<CollectedAnswer> {
  const texts = parsed.requests.map(() => '')
  const results = await generateChoices(exchange, parsed.requests, {
    onPrompt() {},
    onText(choice, text) {
      texts[choice] += text
    },
    onEnd() {},
  })
  return { texts, results, usage: totalUsage(results, parsed.choicesPerPrompt) }
}

/** The field of an answer that whoever continues it elsewhere sends along; vLLM has it in whole answers only. */
export function transferOf(results: readonly GenerationResult[]): { readonly kv_transfer_params?: unknown } {
  const params = results.find(({ kvTransfer }) => kvTransfer !== undefined)?.kvTransfer
  return params === undefined ? {} : { kv_transfer_params: params }
}
