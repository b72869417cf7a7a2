import { readPromptText } from './prompt-text.ts'
import { addedTokensOf, isRecord, partsOf, type TokenizerPart } from './tokenizer-parts.ts'

/**
 * The bytes of a prompt as its tokens will make them up.
 * @param isCompletion whether the engine puts the tokenizer's own tokens before it, as it does for `/v1/completions`; a
 * chat template writes them itself
 */
export type PromptBytes = (prompt: string, isCompletion: boolean) => Uint8Array

/**
 * Reads what a tokenizer does to prompts; needs nothing of its vocabulary.
 * @param tokenizer `tokenizer.json`, parsed, with its vocabulary or without
 * @returns a sentence when it does something that is not known here
 */
export function readPromptBytes(tokenizer: unknown): PromptBytes | string {
  const parts = isRecord(tokenizer) ? tokenizer : {}
  const added = addedTokensOf(parts['added_tokens'])
  const text = readPromptText(partsOf(parts['normalizer']), partsOf(parts['pre_tokenizer']), added)
  if (typeof text === 'string') return text
  const prefix = prefixOf(partsOf(parts['post_processor']))
  return (prompt, isCompletion) => Buffer.from(text.apply(isCompletion ? prefix + prompt : prompt))
}

/** A tokenizer without its vocabulary: all that `readPromptBytes` needs, some kilobytes for other threads. */
export function withoutVocabulary(tokenizer: unknown): unknown {
  if (!isRecord(tokenizer)) return tokenizer
  const { model: _model, ...others } = tokenizer
  return others
}

/** What the tokenizer puts before a prompt, such as `<s>`. */
function prefixOf(processors: readonly TokenizerPart[]): string {
  const template = processors.find(({ type }) => type === 'TemplateProcessing')
  const single = template?.['single']
  if (!Array.isArray(single)) return ''
  let prefix = ''
  for (const each of single as unknown[]) {
    const special = isRecord(each) ? each['SpecialToken'] : undefined
    if (!isRecord(special) || typeof special['id'] !== 'string') break
    prefix += special['id']
  }
  return prefix
}
