import { setFlagsFromString } from 'node:v8'
import { collector } from '../data-plane/collector.ts'

/**
 * After how many calls V8 compiles a function: with Maglev (400 by itself), with TurboFan (3,000 by itself; V8 13.6,
 * flag-definitions.h). What serves requests is called alike each time, so that fewer calls show as much.
 */
export const sooner: readonly string[] = ['--invocation-count-for-maglev=150', '--invocation-count-for-turbofan=1000']

/**
 * Has the code of requests compiled after a third of the calls, in all threads of this process. Done once everything has
 * started, since what is called while it starts is seldom called again.
 */
export function compileSooner(): void {
  for (const flag of sooner) setFlagsFromString(flag)
}

/**
 * Collects in this thread what its start left behind, before clients come. V8 would mark the heap when it has grown
 * fourfold, which thousands of streams do; by then nobody has a moment for it.
 */
export function collectStart(): void {
  void collector()({ type: 'major' })
}
