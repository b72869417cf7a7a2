import type { PlanWarning } from '../../plan/index.ts'
import { targetTitle } from './context.ts'

/** What a person should know of how a field of the Fleet comes out on KServe. */
export function noteOn(
  severity: PlanWarning['severity'],
  id: string,
  path: string,
  message: string,
  suggestion: string,
): PlanWarning {
  return { severity, id, path, message: `${targetTitle}: ${message}`, suggestion }
}
