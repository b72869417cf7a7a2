import type { KubernetesObject } from '../../kubernetes/index.ts'

/** Why a value is what it is, beside the value; without text, an empty line before it. */
export interface Comment {
  /** Where, as keys and indices: `['spec', 'replicas']`. Empty is before the whole document. */
  readonly path: readonly (string | number)[]
  readonly text: string
}

/** An object for an API server. */
export interface ObjectArtifact {
  readonly kind: 'object'
  readonly object: KubernetesObject
  readonly comments?: readonly Comment[]
}

/** A YAML file. */
export interface DocumentArtifact {
  readonly kind: 'document'
  /** Relative to the folder that is written, with `/` between folders. */
  readonly path: string
  readonly value: unknown
  readonly comments?: readonly Comment[]
}

/** A file of any other kind. */
export interface TextArtifact {
  readonly kind: 'text'
  readonly path: string
  readonly text: string
}

/** What a target renders from a plan. */
export type Artifact = ObjectArtifact | DocumentArtifact | TextArtifact
