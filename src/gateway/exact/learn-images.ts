import {
  bytesOfTokens,
  imagePlaceholder,
  layImages,
  type ImageFormat,
  type TokenBytes,
} from '../../scheduling/index.ts'
import type { Prompting } from './prompting-data.ts'
import type { AskTokens } from './self-test.ts'

/** White, 224 pixels each way: every known model makes some dozen pieces of it, or some hundred. */
const sampleImage =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAOAAAADgAQAAAAAyVldMAAAAKklEQVR42u3JoQEAAAwCIP9/WvvCLoBK+oiUUkoppZRSSimllFJKKaW8BmbdaOmo2byVAAAAAElFTkSuQmCC'
/** Fewer pieces than this could be words of the chat. */
const fewestPieces = 8

const image = { type: 'image_url', image_url: { url: sampleImage } }
const text = (words: string) => ({ type: 'text', text: words })
const left = 'Low water'
const right = 'at nine'
const single = { messages: [{ role: 'user', content: [text(left), image, text(right)] }] }
const several = {
  messages: [
    { role: 'user', content: [image, text('Is it high?')] },
    { role: 'assistant', content: 'No.' },
    { role: 'user', content: [text('And'), image, image] },
  ],
}

/** What images are learnt with. */
export interface ImageLearning {
  readonly prompting: Prompting
  readonly tokens: TokenBytes
  readonly ask: AskTokens
  /** The model's name in the engine. */
  readonly model: string
  readonly nowMs: () => number
}

/**
 * Learns what an engine makes of an image, from its tokens of a chat that has one, and checks it with one that has
 * several.
 * @returns null for a model without images, and where what it makes of them cannot be told
 */
export async function learnImages(learning: ImageLearning): Promise<ImageFormat | null> {
  const { ask, model } = learning
  try {
    const theirs = await ask(single)
    if (theirs === null) return null
    const pieces = piecesOf(theirs)
    const format = pieces === null ? null : formatOf(learning, theirs, pieces)
    if (pieces === null || format === null) return null
    const learnt = { ...format, token: pieces.token, model }
    if (!isEqual(learning, single, theirs, pieces, learnt)) return null
    // An engine may allow for one image only.
    const more = await ask(several)
    return more === null || isEqual(learning, several, more, pieces, learnt) ? learnt : null
  } catch {
    return null
  }
}

interface Pieces {
  readonly token: number
  readonly from: number
  readonly to: number
}

/** Where the image is: the token that is there the most often, from its first place to its last. */
function piecesOf(tokens: readonly number[]): Pieces | null {
  const counts = new Map<number, number>()
  let token = -1
  for (const each of tokens) {
    const count = (counts.get(each) ?? 0) + 1
    counts.set(each, count)
    if (count > (counts.get(token) ?? 0)) token = each
  }
  if ((counts.get(token) ?? 0) < fewestPieces) return null
  return { token, from: tokens.indexOf(token), to: tokens.lastIndexOf(token) + 1 }
}

function formatOf(learning: ImageLearning, theirs: readonly number[], { token, from, to }: Pieces) {
  const ours = rendered(learning, single)
  const place = ours === null ? null : placeOf(ours)
  const beginning = textOf(learning.tokens, theirs.slice(0, from))
  const end = textOf(learning.tokens, theirs.slice(to))
  const piece = textOf(learning.tokens, [token])
  if (place === null || beginning === null || end === null || piece === null) return null
  const start = learning.prompting.promptBytes(place.left, false).length
  const before = Buffer.from(beginning).subarray(start).toString()
  if (!end.endsWith(place.right)) return null
  const after = end.slice(0, end.length - place.right.length)
  return { placeholder: place.placeholder, before, after, piece }
}

/** What a rendered chat has in the image's place, and around it. */
function placeOf(ours: string): { readonly left: string; readonly placeholder: string; readonly right: string } | null {
  const isKnown = ours.includes(imagePlaceholder)
  const from = isKnown ? 0 : ours.indexOf(left) + left.length
  // A template may put white space between parts, which is not the image's.
  const placeholder = isKnown ? imagePlaceholder : ours.slice(from, ours.indexOf(right, from)).trim()
  if (placeholder === '') return null
  const start = ours.indexOf(placeholder, from)
  return { left: ours.slice(0, start), placeholder, right: ours.slice(start + placeholder.length) }
}

/** Whether a chat becomes in both places the same, the images' pieces apart. */
function isEqual(
  learning: ImageLearning,
  chat: object,
  theirs: readonly number[],
  { token, from, to }: Pieces,
  format: ImageFormat,
): boolean {
  const ours = rendered(learning, chat)
  const names: string[] = []
  const withOnePiece: number[] = []
  for (let at = 0; at < theirs.length; at += 1) {
    withOnePiece.push(theirs[at] ?? -1)
    if (theirs[at] !== token) continue
    names.push('')
    at += to - from - 1
  }
  if (ours === null || names.length === 0) return false
  const { promptBytes } = learning.prompting
  const laid = layImages(ours, names, format, (laidText) => promptBytes(laidText, false))
  const expected = textOf(learning.tokens, withOnePiece)
  if (laid === null || expected === null) return false
  const marked = layImages(
    expected,
    names,
    { ...format, placeholder: format.piece, before: '', after: '' },
    Buffer.from,
  )
  return marked !== null && Buffer.compare(marked, laid) === 0
}

function rendered({ prompting, nowMs }: ImageLearning, chat: object): string | null {
  const made = prompting.template.render(chat, JSON.stringify(chat).length, nowMs(), true)
  return made.kind === 'none' || made.isCut ? null : made.text
}

/** Their text; null where one of them is unknown. */
const textOf = (table: TokenBytes, tokens: readonly number[]): string | null =>
  bytesOfTokens(table, tokens, 64 * tokens.length + 4096)?.toString() ?? null
