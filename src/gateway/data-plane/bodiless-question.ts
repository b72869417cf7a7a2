import { nameModelInQuery } from './query-model.ts'
import type { Question } from './question.ts'

/** A question without a body: its path says everything. */
export class BodilessQuestion implements Question {
  readonly contentType = null
  readonly hidesUsage = false
  readonly prompt = null
  readonly renderable = null
  readonly isRepeatable = true
  readonly #enginePath: string

  /** @param enginePath path and query at the engine */
  constructor(enginePath: string) {
    this.#enginePath = enginePath
  }

  pathFor(engineName: string): string {
    return nameModelInQuery(this.#enginePath, engineName)
  }

  bodyFor(): null {
    return null
  }

  lend(): null {
    return null
  }

  settle(): void {}

  release(): void {}
}
