import { UserError } from '../../errors/index.ts'
import type { Check, CheckResult, Finding } from './contract.ts'

/** Longest time that one check takes; the slowest start a container or send a few requests. */
const longestCheckMs = 60_000

/** What checks are run with. */
export interface RunOptions {
  readonly signal: AbortSignal
  /** What `{name}` in commands stands for. */
  readonly words: Readonly<Record<string, string>>
  /** Called as each comes out. */
  readonly onResult?: (result: CheckResult) => void
  readonly timeoutMs?: number
}

/**
 * Makes checks in their order, one after the other. One whose prerequisite failed, or was not checked itself, is not made and
 * says which one it waits for. A check that throws has failed; none stops the others.
 */
export async function runChecks<Place>(
  checks: readonly Check<Place>[],
  place: Place,
  { signal, words, onResult, timeoutMs = longestCheckMs }: RunOptions,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    signal.throwIfAborted()
    const blocked = results.find(
      ({ id, state }) => check.after.includes(id) && (state === 'failed' || state === 'not-checked'),
    )
    const result: CheckResult =
      blocked === undefined
        ? resultOf(check, await look(check, place, signal, timeoutMs), words)
        : {
            id: check.id,
            what: check.what,
            state: 'not-checked',
            detail: `waits for ${rootOf(blocked, results, checks)}`,
          }
    results.push(result)
    onResult?.(result)
  }
  return results
}

/** The check that stands at the beginning of a chain of checks that were not made. */
function rootOf<Place>(blocked: CheckResult, results: readonly CheckResult[], checks: readonly Check<Place>[]): string {
  let at = blocked
  for (let step = 0; at.state === 'not-checked' && step < checks.length; step++) {
    const after: readonly string[] = checks.find(({ id }) => id === at.id)?.after ?? []
    at = results.find(({ id, state }) => after.includes(id) && (state === 'failed' || state === 'not-checked')) ?? at
  }
  return at.id
}

async function look<Place>(
  check: Check<Place>,
  place: Place,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Finding> {
  const { promise: late, resolve } = Promise.withResolvers<Finding>()
  const timer = setTimeout(
    () => resolve({ state: 'failed', detail: `no answer within ${timeoutMs / 1000} s` }),
    timeoutMs,
  )
  try {
    return await Promise.race([Promise.resolve(check.look(place)), late])
  } catch (error) {
    signal.throwIfAborted()
    return findingOf(error)
  } finally {
    clearTimeout(timer)
  }
}

/** What went wrong while looking, as a finding. */
function findingOf(error: unknown): Finding {
  if (!(error instanceof UserError)) {
    return {
      state: 'failed',
      detail: `it cannot be looked at: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
  const { what, why, mend, command } = error.parts
  return {
    state: 'failed',
    detail: why === undefined ? what : `${what}. ${why}`,
    ...(mend === undefined ? {} : { mend }),
    ...(command === undefined ? {} : { command }),
  }
}

function resultOf<Place>(check: Check<Place>, finding: Finding, words: RunOptions['words']): CheckResult {
  const { id, what, why, how } = check
  const { state, detail } = finding
  if (state === 'ok' || state === 'not-applicable') return { id, what, state, detail }
  const command = finding.command ?? check.command
  const mend = finding.mend ?? check.mend
  const filled = command?.replaceAll(/\{(\w+)\}/g, (all, name: string) => words[name] ?? all)
  return { id, what, state, detail, why, how, mend, ...(filled === undefined ? {} : { command: filled }) }
}
