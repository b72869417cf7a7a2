import { spaceMark } from './sentence-piece.ts'
import type { AddedToken, TokenizerPart } from './tokenizer-parts.ts'

/** Where a tokenizer puts a space before text: nowhere, before a prompt, before each text between added tokens. */
type LeadingSpace = 'never' | 'first' | 'always' | 'always-one-more'

const forms = new Set(['NFC', 'NFD', 'NFKC', 'NFKD'])

/** What a tokenizer does to text before it cuts it, so that a prompt's bytes are those of its tokens. */
export interface PromptText {
  /** The text that a prompt's tokens make up. */
  apply(prompt: string): string
}

/**
 * Reads what a tokenizer does to text.
 * @returns a sentence when it does something that is not known here
 */
export function readPromptText(
  normalizers: readonly TokenizerPart[],
  preTokenizers: readonly TokenizerPart[],
  added: readonly AddedToken[],
): PromptText | string {
  let space: LeadingSpace = 'never'
  let form: string | null = null
  for (const part of normalizers) {
    if (forms.has(part.type)) form = part.type
    else if (part.type === 'Prepend' && part['prepend'] === spaceMark) space = 'always-one-more'
    else if (!isSpaceToMark(part)) return `its normalizer ${part.type} is not known here`
  }
  for (const part of preTokenizers) {
    if (part.type === 'Metaspace') space = metaspace(part)
    else if (part.type === 'ByteLevel' && part['add_prefix_space'] === true) space = 'always'
    else if (!keepsText.has(part.type) || part['behavior'] === 'Removed') {
      return `its pre-tokenizer ${part.type} is not known here`
    }
  }
  const strips = added.some(({ lstrip, rstrip }) => lstrip || rstrip)
  const toForm = (text: string): string => (form === null ? text : text.normalize(form))
  if (space === 'never' && !strips) return { apply: toForm }
  const pattern = addedPattern(added)
  return {
    apply: (prompt) => applyBetween(prompt, pattern, (text, isFirst) => toForm(withSpace(text, space, isFirst))),
  }
}

const keepsText = new Set(['ByteLevel', 'Split', 'Digits', 'Punctuation', 'UnicodeScripts'])

function isSpaceToMark(part: TokenizerPart): boolean {
  const pattern = part['pattern'] as { String?: unknown } | undefined
  return part.type === 'Replace' && pattern?.String === ' ' && part['content'] === spaceMark
}

function metaspace(part: TokenizerPart): LeadingSpace {
  const scheme = part['prepend_scheme']
  if (scheme === 'first' || scheme === 'never' || scheme === 'always') return scheme
  return part['add_prefix_space'] === false ? 'never' : 'always'
}

function withSpace(text: string, space: LeadingSpace, isFirst: boolean): string {
  if (text === '') return text
  if (space === 'always-one-more') return ` ${text}`
  const isWanted = space === 'always' || (space === 'first' && isFirst)
  return isWanted && !text.startsWith(' ') ? ` ${text}` : text
}

/** Added tokens, the longest first, with the white space that they swallow. */
function addedPattern(added: readonly AddedToken[]): RegExp {
  const alternatives = added
    .toSorted((a, b) => b.content.length - a.content.length)
    .map(({ content, lstrip, rstrip }) => {
      const text = content.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
      return `${lstrip ? String.raw`\s*` : ''}(?:${text})${rstrip ? String.raw`\s*` : ''}`
    })
  return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'gu')
}

function applyBetween(prompt: string, pattern: RegExp, change: (text: string, isFirst: boolean) => string): string {
  let result = ''
  let from = 0
  for (const match of prompt.matchAll(pattern)) {
    result += change(prompt.slice(from, match.index), from === 0) + match[0].trim()
    from = match.index + match[0].length
  }
  return result + change(prompt.slice(from), from === 0)
}
