import type { RecordedRequest } from '../../operate/explain/index.ts'
import type { ChoiceReason } from '../../scheduling/index.ts'
import { renderTerms } from '../help/wrap.ts'
import type { FieldSurface } from './render-field.ts'

/** What decided, in words. */
const reasons: Readonly<Record<ChoiceReason, string>> = {
  'only-one': 'no other replica could have got it',
  turn: 'it was its turn',
  random: 'it was drawn',
  'least-loaded': 'it had the least to do',
  prefix: 'it holds the most of the prompt',
  'prefix-overloaded': 'another holds more of the prompt, and has too much to do',
  session: 'it has the session',
  hash: 'the beginning of the prompt is its own',
  'hash-overflow': 'the one whose beginning it is has more than its share',
  adapter: 'it has the adapter loaded',
  predicted: 'the lowest latency is predicted there',
  'new-prompt': 'nobody holds any of the prompt, and there it costs the least',
}

const wordsOf = (choice: string): string =>
  Object.hasOwn(reasons, choice) ? `${choice}: ${reasons[choice as ChoiceReason]}` : choice

const milliseconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`)
const count = (tokens: number): string => tokens.toLocaleString('en')

/** A path comes from a client, in whose bytes a terminal may see commands. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '?')

type Row = readonly [term: string, meaning: string]

/** A request for people: who answered, why, and how long it took. */
export function renderRequest(request: RecordedRequest, { columns, paint }: FieldSurface): string[] {
  return [
    paint.bold(`Request ${request.requestId}`),
    ...renderTerms([...who(request), ...how(request)], columns, paint.dim),
  ]
}

function who({
  method,
  path,
  status,
  reason,
  model,
  replica,
  prefill,
  client,
  policy,
  choice,
}: RecordedRequest): Row[] {
  return [
    ['Asked', `${method} ${printable(path)}${client === '' ? '' : ` by ${client}`}`],
    ['Answer', `${status}${reason === '' ? '' : `, ${reason}`}`],
    ['Model', model],
    ['Replica', replica === '' ? 'none was asked' : replica],
    ...(prefill === undefined ? [] : [['Prompt by', prefill] as const]),
    ...(policy === undefined ? [] : [['Policy', policy] as const]),
    ...(choice === undefined ? [] : [['Why', wordsOf(choice)] as const]),
  ]
}

function how(request: RecordedRequest): Row[] {
  const { heldTokens, promptTokens, waitedMs, attempts, attempt, ttftMs, durationMs, endedAt } = request
  const { inputTokens, outputTokens } = request
  const which = attempts > 1 && attempt !== undefined ? `; number ${attempt} answered` : ''
  return [
    ...(heldTokens === undefined || promptTokens === undefined
      ? []
      : [
          [
            'Held',
            `${count(heldTokens)} of about ${count(promptTokens)} tokens of the prompt, as it was known then`,
          ] as const,
        ]),
    ['Waited', waitedMs === undefined ? 'not in the queue' : `${milliseconds(waitedMs)} in the queue`],
    ['Tries', `${attempts}${which}`],
    ...(ttftMs === undefined ? [] : [['First byte', `after ${milliseconds(ttftMs)}`] as const]),
    ['Ended', `after ${milliseconds(durationMs)}, at ${endedAt}`],
    ...(inputTokens === undefined || outputTokens === undefined
      ? []
      : [['Tokens', `${count(inputTokens)} of the prompt, ${count(outputTokens)} of the answer`] as const]),
  ]
}
