import type { PlanWarning } from '../../plan/index.ts'

/** What a person should know of a project, with the Fleet’s field that it is about. */
export const note = (
  severity: 'error' | 'warning',
  path: string,
  message: string,
  suggestion?: string,
): PlanWarning => ({
  severity,
  id: 'compose',
  path,
  message: `target compose: ${message}`,
  ...(suggestion === undefined ? {} : { suggestion }),
})
