import type { BodyMemory } from './body-memory.ts'
import type { JsonBody } from './collect-question.ts'
import type { InspectedBody } from './inspect-body.ts'
import { fieldEdits } from './json/field-edits.ts'
import { insertEdit, splice, type Edit } from './json/splice.ts'
import { topLevelMembers, valueText } from './json/top-level-members.ts'
import { nameModelInQuery } from './query-model.ts'
import type { PromptRange, Question, RenderableQuestion } from './question.ts'
import type { RequestBody } from './upstream/contract.ts'

const nothing = Buffer.alloc(0)
const nullBytes = Buffer.from('null')

const noEdits: readonly Edit[] = []

/** Longer than any `stream_options` there is. */
const optionsLimitBytes = 1024

/** Routes whose streams tell their usage only when `stream_options.include_usage` asks for it. */
const routesWithStreamOptions = new Set(['/v1/chat/completions', '/v1/completions'])

const kinds: Readonly<Record<string, RenderableQuestion['kind']>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completion',
}

/** A question in JSON: the client's bytes, with a few of ours spliced in. */
export class JsonQuestion implements Question {
  /** The body was found to be JSON; vLLM refuses it under the name that `curl -d` gives it. */
  readonly contentType = 'application/json'
  readonly isRepeatable = true
  #bytes: Buffer
  #memory: BodyMemory | null
  readonly #inspected: InspectedBody
  readonly #enginePath: string
  readonly #isUnknownPath: boolean
  readonly #usageEdits: readonly Edit[]
  readonly #kind: RenderableQuestion['kind'] | null

  /**
   * @param enginePath path and query at the engine
   * @param isUnknownPath whether the gateway does not know the path: it may name its model in the query, or nowhere
   */
  constructor(
    { bytes, memory }: Pick<JsonBody, 'bytes' | 'memory'>,
    inspected: InspectedBody,
    enginePath: string,
    isUnknownPath = false,
  ) {
    this.#bytes = bytes
    this.#memory = memory
    this.#inspected = inspected
    this.#enginePath = enginePath
    this.#isUnknownPath = isUnknownPath
    const [route = ''] = enginePath.split('?', 1)
    this.#kind = kinds[route] ?? null
    this.#usageEdits =
      inspected.isStream && routesWithStreamOptions.has(route) ? askForUsage(bytes, inspected) : noEdits
  }

  get hidesUsage(): boolean {
    return this.#usageEdits.length > 0
  }

  get prompt(): PromptRange | null {
    const { messages, prompt, input, tools } = this.#inspected.fields.values
    const range = messages ?? prompt ?? input
    return range === undefined ? null : { bytes: this.#bytes, ...range, context: tools ?? null }
  }

  get renderable(): RenderableQuestion | null {
    if (this.#kind === null) return null
    const fields = () => JSON.parse(this.#bytes.toString()) as object
    return { kind: this.#kind, length: this.#bytes.length, body: this.#bytes, dialect: '', fields }
  }

  pathFor(engineName: string): string {
    return this.#isUnknownPath ? nameModelInQuery(this.#enginePath, engineName) : this.#enginePath
  }

  bodyFor(engineName: string): Buffer {
    const { model, fields } = this.#inspected
    const edits = [...this.#usageEdits]
    const staysUnnamed = model === null && this.#isUnknownPath
    if (model !== engineName && !staysUnnamed) {
      const name = JSON.stringify(engineName)
      const range = fields.values.model
      edits.push(range === undefined ? insertEdit(fields, 'model', name) : { ...range, text: name })
    }
    return splice(this.#bytes, edits)
  }

  lend(body: RequestBody | null): BodyMemory | null {
    if (body !== this.#bytes) return null
    this.#memory?.hold()
    return this.#memory
  }

  settle(): void {
    // Whoever looks at it now finds nothing, rather than what is somebody else's by then.
    this.#bytes = nothing
    this.#memory?.release()
    this.#memory = null
  }

  release(): void {}
}

/** What makes the engine tell usage at the end of a stream; nothing where the client asked for it, or for nonsense. */
function askForUsage(bytes: Buffer, { fields }: InspectedBody): readonly Edit[] {
  const range = fields.values.stream_options
  if (range === undefined) return [insertEdit(fields, 'stream_options', '{"include_usage":true}')]
  const { start, end } = range
  if (end - start > optionsLimitBytes) return noEdits
  const options = bytes.subarray(start, end)
  if (options.equals(nullBytes)) return [{ start, end, text: '{"include_usage":true}' }]
  const members = topLevelMembers(options)
  if (members === null) return noEdits
  const asked = valueText(options, members, 'include_usage')
  if (asked !== undefined && asked !== 'null' && asked !== 'false') return noEdits
  const edits = fieldEdits(members, { include_usage: 'true' })
  return edits.map((edit) => ({ start: start + edit.start, end: start + edit.end, text: edit.text }))
}
