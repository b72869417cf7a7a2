import { UserError } from '../../errors/index.ts'

/** Why something cannot be had, in one line. */
export function describeMissing(problem: unknown): string {
  if (problem instanceof UserError) {
    const { what, why } = problem.parts
    return [what, why]
      .filter((part) => part !== undefined)
      .join(': ')
      .replaceAll(/\s*\n\s*/g, ' ')
  }
  return (problem instanceof Error ? problem.message : String(problem)).replaceAll(/\s*\n\s*/g, ' ')
}
