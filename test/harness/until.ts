import { setTimeout as delay } from 'node:timers/promises'

/** Polls until `probe` returns something other than undefined, null or false; fails with what `describe` says after the deadline. */
export async function until<Value>(
  probe: () => Promise<Value> | Value,
  describe: () => string,
  deadlineMs = 60_000,
): Promise<NonNullable<Value>> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<Value>
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${describe()}`)
    await delay(50)
  }
}
