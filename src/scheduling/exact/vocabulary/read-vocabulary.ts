import { byteLevelBytes } from './byte-level.ts'
import { BytePairs } from './byte-pairs.ts'
import { readPreTokenizer } from './pre-tokenizer.ts'
import { readPromptBytes, type PromptBytes } from './prompt-bytes.ts'
import { sentencePieceBytes } from './sentence-piece.ts'
import { layTokenBytes, type TokenBytes } from './token-bytes.ts'
import { TokenCut } from './token-cut.ts'
import { addedTokensOf, isRecord, partsOf, type AddedToken, type TokenizerPart } from './tokenizer-parts.ts'

/** What is needed of a model's tokenizer to compare prompts with the tokens that an engine holds. */
export interface Vocabulary {
  readonly kind: 'vocabulary'
  readonly tokens: TokenBytes
  readonly promptBytes: PromptBytes
}

/** A tokenizer whose tokens cannot be turned into bytes here: prompts go by the approximate index. */
export interface UnsupportedVocabulary {
  readonly kind: 'unsupported'
  readonly reason: string
}

const unsupported = (reason: string): UnsupportedVocabulary => ({ kind: 'unsupported', reason })

/** Tokens of a vocabulary at the most: the largest known have a quarter of a million. */
const mostTokens = 2_000_000

/**
 * Reads a model's `tokenizer.json`: byte-level BPE (GPT-2, Llama 3, Qwen, SmolLM2, DeepSeek, gpt-oss) and BPE with
 * SentencePiece's marks and byte fallback (Llama 2, Mistral, Gemma, Phi-3).
 * @param tokenizer the file's content, parsed
 */
export function readVocabulary(tokenizer: unknown): Vocabulary | UnsupportedVocabulary {
  if (!isRecord(tokenizer) || !isRecord(tokenizer['model'])) return unsupported('tokenizer.json has no model')
  const { model } = tokenizer
  const vocab = model['vocab']
  const type = typeof model['type'] === 'string' ? model['type'] : 'of no type'
  if (!isRecord(vocab) || !(type === 'BPE' || (type === 'of no type' && Array.isArray(model['merges'])))) {
    return unsupported(`its vocabulary is ${type}, not BPE`)
  }
  const preTokenizers = partsOf(tokenizer['pre_tokenizer'])
  const toBytes = bytesReader(preTokenizers, partsOf(tokenizer['decoder']), model['byte_fallback'] === true)
  if (toBytes === null) return unsupported('its BPE is neither byte-level nor one with byte fallback')
  const added = addedTokensOf(tokenizer['added_tokens'])
  const promptBytes = readPromptBytes(tokenizer)
  if (typeof promptBytes === 'string') return unsupported(promptBytes)
  const tokens = readTokens(vocab, added, toBytes)
  if (tokens === null) return unsupported('its token ids are not whole numbers below two million')
  const table = layTokenBytes(tokens)
  const judge = toBytes === byteLevelBytes ? readTokenCut(tokenizer, model, added, table) : null
  return { kind: 'vocabulary', tokens: judge === null ? table : { ...table, judge }, promptBytes }
}

/** How a byte-level tokenizer cuts text; null where it does something that is not known here. */
function readTokenCut(
  tokenizer: Record<string, unknown>,
  model: Record<string, unknown>,
  added: readonly AddedToken[],
  tokens: TokenBytes,
): TokenCut | null {
  const preTokenize = readPreTokenizer(partsOf(tokenizer['pre_tokenizer']))
  const normalizers = partsOf(tokenizer['normalizer'])
  const isKnown =
    normalizers.every(({ type }) => type === 'NFC') && !added.some(({ lstrip, rstrip }) => lstrip || rstrip)
  if (preTokenize === null || !isKnown || !isRecord(model['vocab'])) return null
  return new TokenCut({
    tokens,
    added: new Set(added.map(({ id }) => id)),
    preTokenize,
    pairs: new BytePairs(model['vocab'], model['ignore_merges'] === true),
    composes: normalizers.length > 0,
  })
}

type BytesReader = (token: string) => Uint8Array | null

function bytesReader(
  preTokenizers: readonly TokenizerPart[],
  decoders: readonly TokenizerPart[],
  hasByteFallback: boolean,
): BytesReader | null {
  const isByteLevel = [...preTokenizers, ...decoders].some(({ type }) => type === 'ByteLevel')
  if (isByteLevel) return byteLevelBytes
  return hasByteFallback || decoders.some(({ type }) => type === 'ByteFallback') ? sentencePieceBytes : null
}

/** The bytes of each token; null when an id is none. Added tokens stand for their text. */
function readTokens(vocab: Record<string, unknown>, added: readonly AddedToken[], toBytes: BytesReader) {
  const tokens = new Map<number, Uint8Array>()
  for (const [token, id] of Object.entries(vocab)) {
    if (!isTokenId(id)) return null
    const bytes = toBytes(token)
    if (bytes !== null) tokens.set(id, bytes)
  }
  for (const { id, content } of added) {
    if (!isTokenId(id)) return null
    tokens.set(id, Buffer.from(content))
  }
  return tokens
}

const isTokenId = (id: unknown): id is number =>
  typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < mostTokens
