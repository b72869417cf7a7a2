/**
 * What `apply` would do. The words of `local` (`install`, `download`, `start`, `stop`), those of a server that holds objects
 * (`create`, `change`, `prune`), what is left as it is (`keep`), and what a person should know: `drift` (somebody changed what
 * we applied; applying puts it back), `conflict` (fields or whole objects of another owner), `unserved` (a kind that the server
 * does not know), `missing` (something that must be there first), `refused` (the server’s rules are against it), `warn`.
 */
export type ActionVerb =
  | 'install'
  | 'download'
  | 'start'
  | 'stop'
  | 'create'
  | 'change'
  | 'prune'
  | 'keep'
  | 'drift'
  | 'conflict'
  | 'unserved'
  | 'missing'
  | 'refused'
  | 'warn'

/** A place in the Fleet file that a change comes from. */
export interface FleetPlace {
  /** The field, such as `models[0].replicas`. */
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly column: number
}

/** One field of an object that changes. */
export interface FieldChange {
  /** Such as `spec.template.spec.containers[engine].image`. */
  readonly path: string
  /** As the server has it; absent when it is not there. Values of Secrets are never told. */
  readonly before?: unknown
  /** As it will be; absent when it goes. */
  readonly after?: unknown
  /** Where the Fleet says so, where that is known. */
  readonly cause?: FleetPlace
  /** Who else manages the field: of a drift or a conflict. */
  readonly manager?: string
}

/** One thing that `apply` would do, in order. */
export interface PlannedAction {
  readonly verb: ActionVerb
  /** What it is done to, such as `model smollm2`, `replica smollm2-0` or `Deployment demo-llama`. */
  readonly subject: string
  /** Why, and how much: sizes, addresses. */
  readonly detail: string
  /** Field by field, of what changes, has drifted or is another's. */
  readonly fields?: readonly FieldChange[]
  /** Whether running pods are replaced by it. */
  readonly restartsPods?: boolean
  /** Whether `apply` stops before it changes anything because of this. */
  readonly blocks?: boolean
}

/** What `apply` would do now. */
export interface TargetPlan {
  readonly actions: readonly PlannedAction[]
  /** Whether applying would change anything (`--detailed-exitcode`). */
  readonly hasChanges: boolean
}

/** What changes nothing by itself; whether it keeps `apply` from changing anything, `blocks` says. */
const still: ReadonlySet<ActionVerb> = new Set(['keep', 'warn', 'unserved', 'missing', 'conflict', 'refused'])

/** Actions as a plan. */
export function planOf(actions: readonly PlannedAction[]): TargetPlan {
  return { actions, hasChanges: actions.some(({ verb, blocks }) => blocks === true || !still.has(verb)) }
}
