import type { TargetName } from '../../fleet/index.ts'

/** What looking at one thing found. */
export type Finding =
  /** It is as it should be; `detail` says how it is. */
  | { readonly state: 'ok'; readonly detail: string }
  /** It keeps the Fleet from serving (`failed`), or will hurt later (`warning`). */
  | {
      readonly state: 'failed' | 'warning'
      readonly detail: string
      /** What to do here, where the check's own mend says less. */
      readonly mend?: string
      readonly command?: string
    }
  /** The Fleet asks for nothing of the kind, or it cannot be seen from here. */
  | { readonly state: 'not-applicable'; readonly detail: string }

/** One thing that is looked at. What the Fleet and the world are like is the place that it looks at. */
export interface Check<Place> {
  /** Target and word, such as `local.disk`. */
  readonly id: string
  readonly targets: readonly TargetName[]
  /** What is asked, as a statement that holds when all is well. */
  readonly what: string
  /** What happens where it does not hold. */
  readonly why: string
  /** How it is found out. */
  readonly how: string
  /** What to do where it does not hold. */
  readonly mend: string
  /** The command that mends it or shows more; `{namespace}` and `{fleet}` are filled in. */
  readonly command?: string
  /** Ids of checks without which this one tells nothing. */
  readonly after: readonly string[]
  look(place: Place): Finding | Promise<Finding>
}

/** What is printed about a check without running it. */
export type CheckDescription = Omit<Check<never>, 'look'>

/** How a check came out. */
export interface CheckResult {
  readonly id: string
  readonly what: string
  readonly state: Finding['state'] | 'not-checked'
  /** What was found; of a check that was not made, which one it waits for. */
  readonly detail: string
  /** The rest only where it failed or warns. */
  readonly why?: string
  readonly how?: string
  readonly mend?: string
  readonly command?: string
}

/** All is well, as told. */
export const ok = (detail: string): Finding => ({ state: 'ok', detail })
/** There is nothing of the kind to look at. */
export const notApplicable = (detail: string): Finding => ({ state: 'not-applicable', detail })
/** The Fleet will not serve. */
export const failed = (detail: string, mend?: string, command?: string): Finding => ({
  state: 'failed',
  detail,
  ...(mend === undefined ? {} : { mend }),
  ...(command === undefined ? {} : { command }),
})
/** It serves, but. */
export const warning = (detail: string, mend?: string, command?: string): Finding => ({
  state: 'warning',
  detail,
  ...(mend === undefined ? {} : { mend }),
  ...(command === undefined ? {} : { command }),
})
