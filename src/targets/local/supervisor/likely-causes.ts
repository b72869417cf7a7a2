import { explainFailure } from '../../../engines/index.ts'
import type { EngineName } from '../../../fleet/index.ts'
import type { ProcessEnd } from './process-end.ts'

/** What the end of a process probably means, and what to do about it. */
export interface LikelyCause {
  readonly meaning: string
  readonly mend: string
  readonly command?: string
  /** The line of its log that tells it. */
  readonly line?: string
}

/** spawn(2) by Node: the program is not there or may not be run. */
const couldNotSpawn = /spawn \S+ (ENOENT|EACCES)/

/**
 * The likely cause of an end, or undefined when it tells nothing.
 * @param engine the engine that ended; undefined for the gateway
 */
export function findLikelyCause(end: ProcessEnd, engine?: EngineName): LikelyCause | undefined {
  const { code, signal, problem, lastLines } = end
  if (problem !== undefined && couldNotSpawn.test(problem)) {
    return {
      meaning: 'its program is not there or may not be run',
      mend: 'Install it, or take its folder out of PATH.',
    }
  }
  // What we ended ourselves says nothing by its signal.
  const exit = problem === undefined ? { code, signal } : { reason: problem }
  return explainFailure(engine, problem === undefined ? lastLines : [...lastLines, problem], exit)
}
