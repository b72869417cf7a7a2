import type { Comment } from '../artifact.ts'

/** A part of an object, with comments by paths within it. */
export interface Commented<Value> {
  readonly value: Value
  readonly comments: readonly Comment[]
}

/** Comments of a part, as they are within the whole. */
export const commentsAt = (at: Comment['path'], comments: readonly Comment[]): Comment[] =>
  comments.map(({ path, text }) => ({ path: [...at, ...path], text }))
