import type { LiveObject } from '../../../../src/kubernetes/index.ts'

/** A condition as a controller of Knative’s kind writes it. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

interface Stamped extends Condition {
  readonly lastTransitionTime?: string
}

/** Conditions with when each became what it is, in the order of their types. */
export function stamped(
  conditions: readonly Condition[],
  { status }: { readonly status?: object | undefined },
): Stamped[] {
  const before = ((status as { readonly conditions?: readonly Stamped[] } | undefined)?.conditions ?? []) as Stamped[]
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return conditions
    .map((condition) => {
      const known = before.find(({ type }) => type === condition.type)
      const isSame = known?.status === condition.status
      return { lastTransitionTime: isSame ? (known?.lastTransitionTime ?? now) : now, ...condition }
    })
    .toSorted((a, b) => a.type.localeCompare(b.type))
}

/** What a Deployment says of itself, as KServe passes it on: that enough pods are there, whichever revision they are of. */
export function availability(type: string, deployment: LiveObject | undefined): Condition {
  const found = (
    (deployment?.['status'] as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? []
  ).find((condition) => condition.type === 'Available')
  if (found?.status === 'True') return { type, status: 'True' }
  if (found === undefined) return { type, status: 'Unknown' }
  return { type, status: 'False', reason: found.reason ?? '', message: found.message ?? '' }
}

/** True where all are, else as the first that is not. */
export function allOf(type: string, conditions: readonly Condition[]): Condition {
  const other =
    conditions.find(({ status }) => status === 'False') ?? conditions.find(({ status }) => status !== 'True')
  return other === undefined ? { type, status: 'True' } : { ...other, type }
}
