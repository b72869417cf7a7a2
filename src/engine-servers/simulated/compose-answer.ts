import { randomFrom, tokenize, tokenTexts, wordAt, wordCount } from '../../engines/index.ts'
import type { ResponseFormat } from '../serving/index.ts'
import { hashNumbers } from './hash-numbers.ts'
import { minimalInstance } from './minimal-instance.ts'

/** What an answer depends on. */
export interface AnswerRequest {
  readonly promptTokens: readonly number[]
  readonly seed: number
  /** Tokens at the most, 1 or more. */
  readonly limit: number
  readonly stop: readonly string[]
  readonly ignoreEos: boolean
  readonly format: ResponseFormat
}

/** A whole answer, known before its first token is due. */
export interface Answer {
  readonly tokens: readonly number[]
  /** The text that each token brings; together they hold no stop string. */
  readonly texts: readonly string[]
  readonly finishReason: 'stop' | 'length'
  readonly stopReason?: string
}

/** Writes the answer to a prompt: the same for the same prompt and seed, on every machine. */
export function composeAnswer(request: AnswerRequest): Answer {
  const whole = request.format.type === 'text' ? composeProse(request) : tokenize(composeJson(request))
  const tokens = whole.slice(0, request.limit)
  const finishReason = whole.length > request.limit || request.ignoreEos ? 'length' : 'stop'
  return cutAtStop({ tokens, texts: tokenTexts(tokens), finishReason }, request.stop)
}

/** Tokens after which an answer ends with its sentence: from `least` on, up to `spread` more. */
const proseLength = { least: 24, spread: 72 }
const sentenceWords = { least: 5, spread: 9 }

function composeProse({ promptTokens, seed, limit, ignoreEos }: AnswerRequest): number[] {
  const random = randomFrom(hashNumbers(promptTokens, hashNumbers([seed])))
  const pick = ({ least, spread }: { readonly least: number; readonly spread: number }): number =>
    least + Math.floor(random() * spread)
  const enough = ignoreEos ? limit : pick(proseLength)
  const parts: string[] = []
  // One part beyond the limit tells an answer that was cut from one that ended.
  while (parts.length < enough && parts.length <= limit) {
    const length = pick(sentenceWords)
    for (let word = 0; word < length; word += 1) {
      const place = word > 0 ? 'within' : parts.length === 0 ? 'first' : 'sentence-start'
      parts.push(wordAt(Math.floor(random() * wordCount), place))
    }
    parts.push('.')
  }
  return parts.flatMap((part) => tokenize(part))
}

function composeJson({ format }: AnswerRequest): string {
  return JSON.stringify(format.type === 'json_schema' ? minimalInstance(format.schema) : { answer: 'quiet river' })
}

/** Ends the answer before the first stop string, with the token that completes it, as vLLM counts. */
function cutAtStop(answer: Answer, stop: readonly string[]): Answer {
  const text = answer.texts.join('')
  const first = stop
    .map((string) => ({ string, start: text.indexOf(string) }))
    .filter(({ start }) => start >= 0)
    .toSorted((a, b) => a.start - b.start)[0]
  if (first === undefined) return answer
  const texts: string[] = []
  let length = 0
  for (const piece of answer.texts) {
    texts.push(piece.slice(0, Math.max(0, first.start - length)))
    length += piece.length
    if (length >= first.start + first.string.length) break
  }
  return { tokens: answer.tokens.slice(0, texts.length), texts, finishReason: 'stop', stopReason: first.string }
}
