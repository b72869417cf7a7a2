import type { ByteRange } from './byte-ranges.ts'
import { dropBody, type HttpAnswer } from './http-client.ts'
import { parseRetryAfter, PassingFailure, passingStatuses } from './retry.ts'

/** The server's file is no longer the one whose beginning is on disk. */
export class ContentChanged extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ContentChanged'
  }
}

/** A status that trying again does not mend. */
export class RefusedStatus extends Error {
  readonly answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    super(`${answer.url.host} answered ${answer.status}`)
    this.name = 'RefusedStatus'
    this.answer = answer
  }
}

/** What the server is about to send. */
export interface OpenedRange {
  readonly answer: HttpAnswer
  /** False when it sends the whole file from the start, whatever was asked for. */
  readonly isPart: boolean
  readonly range: ByteRange
  /** Length of the whole file; undefined when the server does not say. */
  readonly totalBytes: number | undefined
  /** For `If-Range`; undefined when the server gives nothing that it could be. */
  readonly validator: string | undefined
}

/** RFC 9110 §13.1.5: `If-Range` takes a strong ETag, else a Last-Modified date. */
function validatorOf(answer: HttpAnswer): string | undefined {
  const etag = answer.header('etag')
  if (etag !== undefined && !etag.startsWith('W/')) return etag
  return answer.header('last-modified')
}

/** Parses `bytes 0-99/1000`; a total of `*` is undefined (RFC 9110 §14.4). */
export function parseContentRange(value: string): { range: ByteRange; totalBytes: number | undefined } | undefined {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(value.trim()) ?? []
  if (first === undefined || last === undefined || total === undefined) return undefined
  const range = { start: Number(first), end: Number(last) + 1 }
  const totalBytes = total === '*' ? undefined : Number(total)
  if (range.end <= range.start || (totalBytes !== undefined && range.end > totalBytes)) return undefined
  return { range, totalBytes }
}

/**
 * Judges the answer to a range request before its body is read.
 * @throws PassingFailure, ContentChanged, RefusedStatus; the body is dropped then.
 */
export async function judgeRange(answer: HttpAnswer, asked: ByteRange): Promise<OpenedRange> {
  try {
    return decide(answer, asked)
  } catch (error) {
    if (!(error instanceof RefusedStatus)) await dropBody(answer.body)
    throw error
  }
}

function decide(answer: HttpAnswer, asked: ByteRange): OpenedRange {
  const { status } = answer
  const validator = validatorOf(answer)
  if (passingStatuses.has(status)) {
    throw new PassingFailure(
      `${answer.url.host} answered ${status}`,
      parseRetryAfter(answer.header('retry-after'), Date.now()),
    )
  }
  // 416: the file became shorter than what is asked for.
  if (status === 416) throw new ContentChanged('the file became shorter on the server')
  if (status !== 200 && status !== 206) throw new RefusedStatus(answer)
  const encoding = answer.header('content-encoding')
  if (encoding !== undefined && encoding !== 'identity') {
    throw new PassingFailure(`${answer.url.host} sent the file compressed, although it was asked not to`)
  }
  if (status === 200) {
    const length = answer.header('content-length')
    const totalBytes = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
    return { answer, isPart: false, range: { start: 0, end: totalBytes ?? Infinity }, totalBytes, validator }
  }
  const part = parseContentRange(answer.header('content-range') ?? '')
  if (part === undefined || part.range.start !== asked.start || part.range.end > asked.end) {
    throw new PassingFailure(`${answer.url.host} sent another part of the file than was asked for`)
  }
  return { answer, isPart: true, range: part.range, totalBytes: part.totalBytes, validator }
}
