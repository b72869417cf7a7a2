import type { InspectedBody } from './inspect-body.ts'
import { insertEdit, splice, type Edit } from './json/splice.ts'

/** Longer than any `stream_options` there is. */
const optionsLimitBytes = 1024

/** Routes whose streams tell their usage only when `stream_options.include_usage` asks for it. */
const routesWithStreamOptions = new Set(['/v1/chat/completions', '/v1/completions'])

/** What a client asked, as each model's engine is to read it: its bytes, with a few of ours spliced in. */
export class Question {
  readonly #bytes: Buffer
  readonly #inspected: InspectedBody
  readonly #usageEdit: Edit | null

  /** @param enginePath path and query at the engine */
  constructor(bytes: Buffer, inspected: InspectedBody, enginePath: string) {
    this.#bytes = bytes
    this.#inspected = inspected
    const [route = ''] = enginePath.split('?', 1)
    this.#usageEdit = inspected.isStream && routesWithStreamOptions.has(route) ? askForUsage(bytes, inspected) : null
  }

  /** Whether usage comes in the answer that the client did not ask for. */
  get hidesUsage(): boolean {
    return this.#usageEdit !== null
  }

  /** The body with `model` set to the name that the engine knows; the very same bytes when nothing differs. */
  bodyFor(engineName: string): Buffer {
    const { model, fields } = this.#inspected
    const edits = this.#usageEdit === null ? [] : [this.#usageEdit]
    if (model !== engineName) {
      const name = JSON.stringify(engineName)
      const range = fields.values.model
      edits.push(range === undefined ? insertEdit(fields, 'model', name) : { ...range, text: name })
    }
    return splice(this.#bytes, edits)
  }
}

/** What makes the engine tell usage at the end of a stream; null where the client asked for it, or for nonsense. */
function askForUsage(bytes: Buffer, { fields }: InspectedBody): Edit | null {
  const range = fields.values.stream_options
  if (range === undefined) return insertEdit(fields, 'stream_options', '{"include_usage":true}')
  if (range.end - range.start > optionsLimitBytes) return null
  let options: unknown
  try {
    options = JSON.parse(bytes.toString('utf8', range.start, range.end))
  } catch {
    return null
  }
  if (options === null) return { ...range, text: '{"include_usage":true}' }
  if (typeof options !== 'object' || Array.isArray(options)) return null
  const { include_usage: asked, ...others } = options as Record<string, unknown>
  if (asked === true) return null
  if (asked !== undefined && asked !== null && asked !== false) return null
  return { ...range, text: JSON.stringify({ ...others, include_usage: true }) }
}
