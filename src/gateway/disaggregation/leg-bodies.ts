import { isUtf8 } from 'node:buffer'
import { fieldEdits, type FieldValues } from '../data-plane/json/field-edits.ts'
import { splice } from '../data-plane/json/splice.ts'
import { topLevelMembers, valueText, type ObjectMembers } from '../data-plane/json/top-level-members.ts'
import { readUsage, type Usage } from '../data-plane/usage-tail.ts'

/**
 * What makes a request compute its prompt and no more than one token (vLLM toy_proxy_server.py; llm-d-router
 * connector_nixlv2.go). Fields of this list that the client did not send are left out, but for those that must be there.
 */
const prefillOnly: FieldValues = {
  stream: 'false',
  stream_options: null,
  max_completion_tokens: '1',
  min_tokens: null,
  min_completion_tokens: null,
}

/**
 * Fields that ask for more than one sequence of one prompt, or for what only the replica that computes the prompt
 * knows, with the values that do not.
 */
const wholeOnly: Readonly<Record<string, readonly string[]>> = {
  n: ['1', 'null'],
  best_of: ['1', 'null'],
  use_beam_search: ['false', 'null'],
  echo: ['false', 'null'],
  prompt_logprobs: ['null'],
}

/** Whether a request can be served by a pair: one prompt, one sequence, and no word of the prompt's own probabilities. */
export function isSplittable(body: Buffer, members: ObjectMembers): boolean {
  for (const { name, start, end } of members.members) {
    if (wholeOnly[name]?.includes(body.toString('utf8', start, end)) === false) return false
    // Several prompts at once: a list of texts, or of lists of tokens.
    if (name === 'prompt' && /^\[\s*["[]/.test(body.toString('latin1', start, start + 64))) return false
  }
  return true
}

/** The body of a prefill leg: the client's own words on transfers (`own`) give way to `fields`. */
export function prefillBody(body: Buffer, members: ObjectMembers, own: readonly string[], fields: FieldValues): Buffer {
  const isThere = (name: string) => members.members.some((member) => member.name === name)
  const present = Object.entries(prefillOnly).filter(([name]) => name === 'stream' || isThere(name))
  const asked = { ...without(own), ...Object.fromEntries(present), max_tokens: '1', ...fields }
  return splice(body, fieldEdits(members, asked))
}

/** The body of a decode leg: what the client sent, with `fields` in place of its own words on transfers. */
export function decodeBody(body: Buffer, members: ObjectMembers, own: readonly string[], fields: FieldValues): Buffer {
  return splice(body, fieldEdits(members, { ...without(own), ...fields }))
}

const without = (names: readonly string[]): FieldValues => Object.fromEntries(names.map((name) => [name, null]))

/** What the answer to a prefill leg says. */
export interface PrefillAnswer {
  /** `kv_transfer_params` in the very bytes of the answer; null where there are none. */
  readonly params: string | null
  /** As the prefill replica tells it, with the tokens of the prompt that it held already; null where it does not. */
  readonly usage: Usage | null
}

/** Reads it; null where it is no answer. */
export function readPrefillAnswer(answer: Buffer): PrefillAnswer | null {
  const members = isUtf8(answer) ? topLevelMembers(answer) : null
  if (members === null) return null
  const text = valueText(answer, members, 'kv_transfer_params')
  const isGiven = text !== undefined && text.startsWith('{') && !/^\{\s*\}$/.test(text)
  return { params: isGiven ? text : null, usage: readUsage(valueText(answer, members, 'usage') ?? '') ?? null }
}
