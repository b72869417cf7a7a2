import { bodyOf, nameModelInForm, type FormBody } from './form/index.ts'
import type { Question } from './question.ts'
import type { RequestBody } from './upstream/contract.ts'

/** A form, whole or flowing through; one that flows is sent once. */
export class FormQuestion implements Question {
  readonly contentType: string
  readonly hidesUsage = false
  readonly prompt = null
  readonly renderable = null
  readonly isRepeatable: boolean
  readonly #form: FormBody
  readonly #enginePath: string
  #sent: RequestBody | null = null

  /** @param enginePath path and query at the engine */
  constructor(form: FormBody, enginePath: string) {
    this.contentType = form.contentType
    this.isRepeatable = form.rest === null
    this.#form = form
    this.#enginePath = enginePath
  }

  pathFor(): string {
    return this.#enginePath
  }

  bodyFor(engineName: string): RequestBody {
    if (!this.isRepeatable && this.#sent !== null) throw new Error('a form that flows through was sent twice')
    this.#sent = bodyOf(this.#form, nameModelInForm(this.#form, engineName))
    return this.#sent
  }

  lend(): null {
    return null
  }

  settle(): void {}

  release(): void {
    if (this.#sent !== null && !Buffer.isBuffer(this.#sent)) this.#sent.stream.destroy()
  }
}
