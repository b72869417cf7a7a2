import type { StoredLease } from './lease-store.ts'

/** The Lease as it was seen last, and when it was first seen so, by our own clock. */
export interface LeaseSight {
  readonly lease: StoredLease | undefined
  readonly sinceMs: number
}

/** What is known after looking at the Lease: the moment stays when nothing has changed since. */
export function sightOf(before: LeaseSight | undefined, lease: StoredLease | undefined, nowMs: number): LeaseSight {
  return before !== undefined && before.lease?.version === lease?.version ? before : { lease, sinceMs: nowMs }
}

/**
 * Whether we may take the Lease. The times in it are those of another machine, so a holder counts as gone when we have seen
 * nothing change for as long as it said that it may stay silent.
 */
export function mayTake({ lease, sinceMs }: LeaseSight, self: string, nowMs: number): boolean {
  if (lease === undefined || lease.holder === '' || lease.holder === self) return true
  return nowMs - sinceMs > lease.durationSeconds * 1000
}

/** The Lease as we write it: taken over, or renewed. */
export function claim(before: StoredLease | undefined, self: string, durationSeconds: number, date: Date): StoredLease {
  const now = microTime(date)
  const isOurs = before?.holder === self
  return {
    holder: self,
    durationSeconds,
    transitions: before === undefined ? 0 : before.transitions + (isOurs ? 0 : 1),
    acquiredAt: isOurs ? before.acquiredAt : now,
    renewedAt: now,
    ...(before?.version === undefined ? {} : { version: before.version }),
  }
}

/** MicroTime of the Kubernetes API: six digits behind the point. */
const microTime = (date: Date) => date.toISOString().replace('Z', '000Z')
