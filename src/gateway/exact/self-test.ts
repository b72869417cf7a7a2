import { bytesOfTokens, type TokenBytes } from '../../scheduling/index.ts'
import type { Prompting } from './prompting-data.ts'
import { sampleChats, type SampleChat } from './sample-chats.ts'

/** What a comparison of our rendering with the engine's has shown. */
export type SelfTestOutcome =
  /** `cutsAlike`: the engine's tokens are those that text is cut into here, wherever that is known. */
  | { readonly kind: 'equal'; readonly compared: number; readonly cutsAlike: boolean }
  /** One plain sentence that names the first difference. */
  | { readonly kind: 'different'; readonly reason: string }
  /** The engine did not answer: it may later. */
  | { readonly kind: 'unanswered'; readonly reason: string }

/** Asks an engine for the tokens of a chat; null where it refuses that chat. @throws when it does not answer */
export type AskTokens = (body: object) => Promise<readonly number[] | null>

/**
 * Compares prompts, byte by byte: as we render them, and as the engine's tokens say that it does. What either of the two
 * refuses is passed over, since such requests do not go by the index.
 */
export async function compareRendering(
  prompting: Prompting,
  tokens: TokenBytes,
  ask: AskTokens,
  nowMs: () => number,
): Promise<SelfTestOutcome> {
  let compared = 0
  let cutsAlike = true
  for (const sample of sampleChats) {
    let theirs: readonly number[] | null
    try {
      theirs = await ask(sample.request)
    } catch (error) {
      return { kind: 'unanswered', reason: error instanceof Error ? error.message : String(error) }
    }
    if (theirs === null) continue
    const ours = render(prompting, sample, nowMs())
    if (ours === null) continue
    const difference = differenceOf(ours, theirs, tokens)
    if (difference !== null)
      return { kind: 'different', reason: `the engine renders ${sample.name} otherwise: ${difference}` }
    cutsAlike &&= tokens.judge === undefined || tokens.judge.firstOther(theirs, true) === -1
    compared += 1
  }
  return compared === 0
    ? {
        kind: 'different',
        reason: 'its engine tells no tokens of a chat at /tokenize, so that nothing can be compared',
      }
    : { kind: 'equal', compared, cutsAlike }
}

function render({ template, promptBytes }: Prompting, { request }: SampleChat, nowMs: number): Uint8Array | null {
  const rendered = template.render(request, JSON.stringify(request).length, nowMs)
  return rendered.kind === 'none' || rendered.isCut ? null : promptBytes(rendered.text, false)
}

/** A sentence on where two prompts part; null for equal ones. */
function differenceOf(ours: Uint8Array, theirs: readonly number[], tokens: TokenBytes): string | null {
  const written = bytesOfTokens(tokens, theirs, 2 * ours.length + 4096)
  if (written === null) return 'it has tokens that tokenizer.json lacks'
  if (written.equals(ours)) return null
  let at = 0
  while (at < written.length && at < ours.length && written[at] === ours[at]) at += 1
  const around = (bytes: Uint8Array) =>
    JSON.stringify(Buffer.from(bytes.subarray(Math.max(0, at - 12), at + 24)).toString('utf8'))
  return `${around(written)}, and here it is ${around(ours)}`
}
