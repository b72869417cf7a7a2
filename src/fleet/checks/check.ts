import type { FieldPath, Problem } from '../diagnostic.ts'
import type { FleetDocument } from '../schema/fleet-document.ts'

/** What a check looks at: the Fleet with defaults, and which fields a person wrote. */
export interface CheckContext {
  readonly fleet: FleetDocument
  wrote(path: FieldPath): boolean
}

/** A problem that the schema cannot see. */
export interface Finding extends Problem {
  /** Further fields that it follows from: when one of them is wrong already, the finding is left out. */
  readonly from?: readonly FieldPath[]
}

/** A rule over several fields, or over what a field means. */
export type Check = (context: CheckContext) => Finding[]
