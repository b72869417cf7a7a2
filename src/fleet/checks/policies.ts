import type { Check, Finding } from './check.ts'

/** Policies that do not act as themselves yet, and what they do instead. */
const actsAs: Readonly<Record<string, string>> = { prefixExact: 'prefix' }

/** A policy that is done by another one so far is told of. */
export const policiesToCome: Check = ({ fleet }) => {
  const places = [
    { path: ['routing', 'policy'], policy: fleet.routing.policy },
    ...fleet.models.map(({ routing }, index) => ({
      path: ['models', index, 'routing', 'policy'],
      policy: routing?.policy,
    })),
  ]
  return places.flatMap(({ path, policy }): Finding[] => {
    const other = policy === undefined ? undefined : actsAs[policy]
    return other === undefined ? [] : [{ severity: 'warning', path, message: `acts as ${other} so far` }]
  })
}
