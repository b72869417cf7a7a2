import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readVocabulary, writeTokenBytes, type Vocabulary } from './index.ts'

/** The tokenizer of the model of the recordings: byte-level BPE of 443 tokens. */
const tiny: unknown = JSON.parse(readFileSync(new URL('testing/tiny-tokenizer.json', import.meta.url), 'utf8'))

function read(tokenizer: unknown): Vocabulary {
  const vocabulary = readVocabulary(tokenizer)
  if (vocabulary.kind === 'unsupported') throw new Error(vocabulary.reason)
  return vocabulary
}

function bytesOf({ tokens }: Vocabulary, ids: readonly number[]): string {
  const into = Buffer.alloc(4096)
  const length = writeTokenBytes(tokens, ids, 0, ids.length, new DataView(into.buffer, into.byteOffset, into.length))
  return length === -1 ? 'unknown' : into.toString('utf8', 0, length)
}

const text = (vocabulary: Vocabulary, prompt: string, isCompletion = false): string =>
  Buffer.from(vocabulary.promptBytes(prompt, isCompletion)).toString()

const pieces = {
  model: {
    type: 'BPE',
    byte_fallback: true,
    vocab: { '<unk>': 0, '<0xE2>': 3, '<0x82>': 4, '<0xAC>': 5, '▁the': 6, '▁': 7, 'long▁and▁longer▁still': 8 },
    merges: [],
  },
  added_tokens: [
    { id: 1, content: '<s>', lstrip: false, rstrip: false },
    { id: 2, content: '<|user|>', lstrip: false, rstrip: true },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  },
}

describe('byte-level BPE', () => {
  it('turns the tokens that a real vLLM made of a chat into the bytes of the chat, special tokens included', () => {
    // Source: recordings of vLLM 0.32.0, `/tokenize` of one user message.
    const tokens = [1, 87, 85, 270, 201, 422, 388, 2, 201, 1, 67, 85, 85, 364, 296, 86, 201]
    expect(bytesOf(read(tiny), tokens)).toBe('<|im_start|>user\nhello world<|im_end|>\n<|im_start|>assistant\n')
  })

  it('joins characters whose bytes are in several tokens', () => {
    const vocabulary = read(tiny)
    // Each of the first 256 tokens behind the special ones is a byte.
    const single = new Map<string, number>()
    for (let id = 3; id < 259; id += 1) {
      const into = Buffer.alloc(16)
      const length = writeTokenBytes(vocabulary.tokens, [id], 0, 1, new DataView(into.buffer, into.byteOffset, 16))
      single.set(into.toString('latin1', 0, length), id)
    }
    const ids = [...Buffer.from('héß€🙂')].map((byte) => single.get(String.fromCharCode(byte)) ?? -1)
    expect(bytesOf(vocabulary, ids)).toBe('héß€🙂')
    expect(single.size).toBe(256)
  })

  it('says of a token that it does not know that it is unknown, and reads nothing beyond its room', () => {
    const vocabulary = read(tiny)
    expect(bytesOf(vocabulary, [1, 100_000])).toBe('unknown')
    expect(writeTokenBytes(vocabulary.tokens, [1, 1], 0, 2, new DataView(new ArrayBuffer(20 + 8)))).toBe(-1)
  })

  it('composes characters as the tokenizer does', () => {
    const composed = read({ ...(tiny as object), normalizer: { type: 'NFC' } })
    expect(text(composed, 'e\u0301')).toBe('\u00e9')
    expect(text(read(tiny), 'e\u0301')).toBe('e\u0301')
  })
})

describe('SentencePiece with byte fallback', () => {
  it('reads byte tokens, spaces and long tokens', () => {
    expect(bytesOf(read(pieces), [1, 6, 7, 3, 4, 5, 8])).toBe('<s> the €long and longer still')
  })

  it('puts spaces where the tokenizer does, and swallows what added tokens swallow', () => {
    expect(text(read(pieces), '<s><|user|>\nthe <|user|> end')).toBe('<s><|user|> the <|user|> end')
    expect(text(read({ ...pieces, normalizer: null }), '<s><|user|>\nthe')).toBe('<s><|user|>the')
  })

  it.each([
    ['first', ' a<s>b<s> c'],
    ['always', ' a<s> b<s> c'],
    ['never', 'a<s>b<s> c'],
  ])('knows where Metaspace puts a space: %s', (scheme, expected) => {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: scheme }
    expect(text(read({ ...pieces, normalizer: null, pre_tokenizer }), 'a<s>b<s> c')).toBe(expected)
  })

  it('writes what the tokenizer puts before a completion, which a chat template writes itself', () => {
    expect(text(read(pieces), 'the', true)).toBe('<s> the')
  })
})

describe('other vocabularies', () => {
  it.each<[string, unknown]>([
    ['no model', {}],
    ['no model', null],
    ['Unigram, not BPE', { model: { type: 'Unigram', vocab: [] } }],
    ['WordPiece, not BPE', { model: { type: 'WordPiece', vocab: {} } }],
    ['neither byte-level', { model: { type: 'BPE', vocab: {} } }],
    ['normalizer Lowercase', { ...(tiny as object), normalizer: { type: 'Lowercase' } }],
    ['pre-tokenizer Whitespace', { ...pieces, pre_tokenizer: { type: 'Whitespace' } }],
    ['not whole numbers', { ...pieces, model: { ...pieces.model, vocab: { a: 1e9 } } }],
  ])('are told with the reason (%s), and prompts go by the approximate index', (reason, tokenizer) => {
    expect(readVocabulary(tokenizer)).toMatchObject({ kind: 'unsupported', reason: expect.stringContaining(reason) })
  })
})
