import type { Workload, WorkloadRequest } from '../contract.ts'
import type { NextGap } from './arrivals.ts'
import { createBlockIds, PromptBlocks } from './prompt-blocks.ts'
import type { Draw } from './random.ts'

/** A number of tokens, or of milliseconds, drawn anew each time. */
export type Amount = (draw: Draw) => number

/** Conversations: each turn's prompt is all that was said before and a new question. */
export interface SessionsShape {
  readonly name: string
  /** Tokens of a block. */
  readonly blockTokens: number
  /** Requests, over all sessions. */
  readonly requests: number
  /** Tokens that all sessions begin with. */
  readonly systemTokens: number
  /** Of a session. */
  readonly turns: Amount
  /** Tokens of the first question. */
  readonly firstTokens: Amount
  /** Tokens of every further question. */
  readonly questionTokens: Amount
  readonly outputTokens: Amount
  /** From the end of an answer to the next question, or from question to question where so recorded; milliseconds. */
  readonly thinkMs: Amount
  /** A prompt is never longer; a session that comes to it ends. */
  readonly longestPrompt: number
}

/** A number of tokens: whole, at least 1. */
const tokens = (amount: number) => Math.max(1, Math.round(amount))

/** A session's turns, with `after` as the turn before in the same session; -1 for the first. */
function sessionTurns(shape: SessionsShape, system: PromptBlocks, draw: Draw, session: number): WorkloadRequest[] {
  const prompt = system.fork()
  const turns = Math.max(1, Math.round(shape.turns(draw)))
  const requests: WorkloadRequest[] = []
  for (let turn = 0; turn < turns; turn++) {
    const isFirst = turn === 0
    const question = tokens((isFirst ? shape.firstTokens : shape.questionTokens)(draw))
    const room = shape.longestPrompt - prompt.tokens
    if (!isFirst && question > room) break
    prompt.extend(Math.min(question, Math.max(1, room)))
    const outputTokens = tokens(shape.outputTokens(draw))
    requests.push({
      atMs: isFirst ? 0 : Math.round(shape.thinkMs(draw)),
      after: turn - 1,
      promptTokens: prompt.tokens,
      outputTokens,
      blocks: prompt.ids(),
      session: `session-${session}`,
      tenant: 'default',
      priority: 0,
    })
    prompt.extend(outputTokens)
  }
  return requests
}

const emptyWorkload = ({ name, blockTokens }: SessionsShape): Workload => ({ name, blockTokens, requests: [] })

function systemPrompt({ blockTokens, systemTokens }: SessionsShape): PromptBlocks {
  const system = new PromptBlocks(blockTokens, createBlockIds())
  system.extend(systemTokens)
  return system
}

/** Sessions that start one after another, each turn some time after the answer to the turn before. */
export function makeSessions(shape: SessionsShape, draw: Draw, gap: NextGap): Workload {
  const system = systemPrompt(shape)
  const requests: WorkloadRequest[] = []
  let at = 0
  for (let session = 0; requests.length < shape.requests; session++) {
    at += gap()
    const start = requests.length
    for (const request of sessionTurns(shape, system, draw, session)) {
      if (requests.length === shape.requests) break
      const isFirst = request.after === -1
      requests.push({
        ...request,
        atMs: isFirst ? Math.round(at) : request.atMs,
        after: isFirst ? -1 : start + request.after,
      })
    }
  }
  return { ...emptyWorkload(shape), requests }
}

/**
 * The same as a trace has recorded it: a turn comes some time after the turn before came, however long its answer takes. The
 * first `requests` of them, so that the load stays even to the end.
 */
export function recordSessions(shape: SessionsShape, draw: Draw, gap: NextGap): Workload {
  const system = systemPrompt(shape)
  let start = 0
  // Every session has one request at least, so as many sessions are enough.
  const all = Array.from({ length: shape.requests }, (_, session) => {
    start += gap()
    let at = start
    const turns: WorkloadRequest[] = []
    for (const request of sessionTurns(shape, system, draw, session)) {
      at += request.atMs
      turns.push({ ...request, atMs: Math.round(at), after: -1 })
    }
    return turns
  }).flat()
  const requests = all.toSorted((one, other) => one.atMs - other.atMs).slice(0, shape.requests)
  return { ...emptyWorkload(shape), requests }
}
