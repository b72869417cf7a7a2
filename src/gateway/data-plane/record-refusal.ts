import type { AccessRecord } from '../../observe/contract.ts'
import type { DataPlane } from './data-plane.ts'
import { ownText } from './own-text.ts'
import type { Refusal } from './refusal.ts'

/** What is known of a request that was refused at the door; method and path are empty where it could not be read. */
type RefusedRequest = Pick<AccessRecord, 'requestId' | 'method' | 'path' | 'remoteAddress'>

/** Counts and logs a request that never became an exchange. */
export function recordRefusal(plane: DataPlane, { status, code }: Refusal, asked: RefusedRequest): void {
  plane.catalogue.unknown.ended(status, code).add(1)
  const record: AccessRecord = {
    ...asked,
    requestId: ownText(asked.requestId),
    path: ownText(asked.path.slice(0, 256)),
    status,
    reason: code,
    model: 'unknown',
    replica: '',
    client: '',
    attempts: 0,
    durationMs: 0,
    bytesIn: 0,
    bytesOut: 0,
  }
  plane.accessLog(record)
  plane.recent.keep(record, performance.now())
}
