import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readVocabulary } from './index.ts'
import { readPreTokenizer } from './pre-tokenizer.ts'
import type { TokenizerPart } from './tokenizer-parts.ts'

const parsed = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const tokenizer = parsed('testing/tiny-tokenizer.json') as {
  readonly model: { readonly vocab: Readonly<Record<string, number>> }
}
const ids = tokenizer.model.vocab

/** Texts as Hugging Face tokenizers 0.22 cuts them: into pieces in four ways, and into tokens of the tiny tokenizer. */
const texts = parsed('testing/tokenized.json') as readonly {
  readonly text: string
  readonly pieces: Readonly<Record<'gpt2' | 'llama3' | 'qwen2' | 'digits', readonly string[]>>
  readonly tokens: readonly number[]
}[]

function cutOf(changes: object = {}) {
  const vocabulary = readVocabulary({ ...tokenizer, ...changes })
  return vocabulary.kind === 'vocabulary' ? (vocabulary.tokens.judge ?? null) : null
}

function tinyCut() {
  const cut = cutOf()
  if (cut === null) throw new Error('the tiny tokenizer cuts in a way that is not known')
  return cut
}

const split = (pattern: string): TokenizerPart[] => [
  { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
  { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
]
const llama3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const ways: Readonly<Record<keyof (typeof texts)[number]['pieces'], TokenizerPart[]>> = {
  gpt2: [{ type: 'ByteLevel', add_prefix_space: false }],
  llama3: split(llama3),
  qwen2: split(llama3.replace('{1,3}', '')),
  digits: [{ type: 'Digits', individual_digits: true }],
}

describe('how a tokenizer cuts text into pieces', () => {
  it.each(['gpt2', 'llama3', 'qwen2', 'digits'] as const)('is as the tokenizer does it: %s', (way) => {
    const preTokenize = readPreTokenizer(ways[way])
    expect(texts.map(({ text }) => preTokenize?.(text))).toEqual(texts.map(({ pieces }) => pieces[way]))
  })

  it('is not known of an expression that is no model family’s: a file may have one that takes any time', () => {
    expect(readPreTokenizer(split('(a+)+$'))).toBeNull()
    expect(cutOf({ pre_tokenizer: { type: 'Sequence', pretokenizers: split('(a+)+$') } })).toBeNull()
    expect(cutOf({ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } })).toBeNull()
    expect(cutOf({ normalizer: { type: 'NFKC' } })).toBeNull()
  })
})

describe('tokens of a text', () => {
  const cut = tinyCut()

  it('are what the tokenizer makes of it, whole and in any window', () => {
    for (const { tokens } of texts) {
      expect(cut.firstOther(tokens, true)).toBe(-1)
      for (let from = 0; from < tokens.length; from += 1) {
        for (let to = from; to <= tokens.length; to += 1) expect(cut.firstOther(tokens.slice(from, to), false)).toBe(-1)
      }
    }
  })

  it('are others wherever one is put together of smaller ones', () => {
    const words = ['hello', 'Ġworld', 'Ġbatch', 'Ġqueue', 'Ġmetric', 'Ġdeploy', 'Ġscale', 'Ġnode']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 1 }), fc.nat(), (text, at) => {
        const place = at % text.length
        const word = text[place] ?? ''
        const pieces = word.split('')
        const tokens = [...text.slice(0, place), ...pieces, ...text.slice(place + 1)].map((token) => ids[token] ?? -1)
        expect(cut.firstOther(tokens, true)).toBe(place)
      }),
    )
  })

  it('may become others by what comes behind, and are not told before', () => {
    const tokens = ['hello', 'Ġworld', 'Ġs', 'c', 'a', 'l', 'e', 'Ġnode', 'Ġgpu'].map((token) => ids[token] ?? -1)
    expect(cut.firstOther(tokens.slice(0, 7), false)).toBe(-1)
    expect(cut.firstOther(tokens.slice(0, 8), false)).toBe(-1)
    expect(cut.firstOther(tokens, false)).toBe(2)
    expect(cut.firstOther(tokens.slice(0, 7), true)).toBe(2)
  })

  it('are told apart between special tokens, each text for itself', () => {
    const [end, hello, o, hell] = [
      2,
      ids['hello'] ?? -1,
      ids['o'] ?? -1,
      ['h', 'e', 'l', 'l'].map((each) => ids[each] ?? -1),
    ]
    expect(cut.firstOther([hello, end, hello, end, hello], false)).toBe(-1)
    expect(cut.firstOther([end, hello, end, ...hell, o, end, hello], false)).toBe(3)
  })

  it('that are no text, or no tokens, are not judged', () => {
    const half = ids['Ã'] ?? -1
    expect(cut.firstOther([ids['hello'] ?? -1, half, ids['Ġworld'] ?? -1, half], true)).toBe(-1)
    expect(cut.firstOther([100_000, 5, -1], false)).toBe(-1)
    expect(cut.firstOther([], true)).toBe(-1)
  })
})
