import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type { LiveObject, WatchEvent } from './contract.ts'
import { parseAnswer } from './parse-answer.ts'
import { readRefusal } from './read-refusal.ts'
import { splitLines } from './split-lines.ts'

/** Objects are at most 1.5 MB in etcd; JSON is larger than what is stored there. */
const lineLimitBytes = 16 * 1024 * 1024

const types = new Map<unknown, WatchEvent['type']>([
  ['ADDED', 'added'],
  ['MODIFIED', 'modified'],
  ['DELETED', 'deleted'],
  ['BOOKMARK', 'bookmark'],
])

/**
 * The events of a watch's body.
 * @throws {ClusterError} for an event that says that the watch has failed: `gone` where its version is no longer kept
 */
export async function* readWatchEvents(
  chunks: AsyncIterable<Uint8Array>,
  subject: RequestSubject,
  server: string,
): AsyncGenerator<WatchEvent> {
  for await (const { text, isWhole } of splitLines(chunks, lineLimitBytes)) {
    if (!isWhole) {
      throw new ClusterError({ reason: 'internal', message: 'An event of the watch is too large.', subject, server })
    }
    if (text.trim() === '') continue
    const { type, object } = parseAnswer(text, subject)
    if (type === 'ERROR') {
      const status = Number((object as { readonly code?: number } | undefined)?.code ?? 500)
      throw readRefusal({ status, text: JSON.stringify(object ?? {}) }, subject, server)
    }
    const known = types.get(type)
    // What a later server adds is no change of an object that this one knows.
    if (known === undefined || typeof object !== 'object' || object === null) continue
    yield { type: known, object: object as LiveObject }
  }
}
