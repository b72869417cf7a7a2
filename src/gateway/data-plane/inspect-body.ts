import { isUtf8 } from 'node:buffer'
import { describeMalformed } from './json/describe-malformed.ts'
import { scanTopLevel, type TopLevelFields } from './json/scan-top-level.ts'
import { Refusal } from './refusal.ts'

/** What the gateway knows of a body. */
export interface InspectedBody {
  readonly fields: TopLevelFields
  /** The model that it names, or null. */
  readonly model: string | null
  /** Whether it asks for a stream. */
  readonly isStream: boolean
}

/** Longer names are in no Fleet. */
const modelNameLimitBytes = 1024

/**
 * Reads the fields that the gateway acts on; the bytes stay as they are.
 * @throws Refusal with the position where it is no JSON object, and for fields that cannot be understood in one way.
 */
export function inspectBody(body: Buffer): InspectedBody {
  if (!isUtf8(body)) throw new Refusal('bad_request', 'The request body is not valid UTF-8.')
  const fields = scanTopLevel(body)
  if (typeof fields === 'number') throw new Refusal('bad_request', describeMalformed(body, fields))
  if (fields.repeated !== null) {
    const message = `The request body has the field "${fields.repeated}" more than once; which one counts is not clear.`
    throw new Refusal('bad_request', message, { param: fields.repeated })
  }
  const { stream } = fields.values
  const isStream = stream !== undefined && body[stream.start] === 0x74
  return { fields, model: modelOf(body, fields), isStream }
}

function modelOf(body: Buffer, { values: { model } }: TopLevelFields): string | null {
  if (model === undefined) return null
  if (model.end - model.start <= modelNameLimitBytes) {
    try {
      const name: unknown = JSON.parse(body.toString('utf8', model.start, model.end))
      if (typeof name === 'string') return name
    } catch {
      // An escape that JSON does not know: no name either.
    }
  }
  throw new Refusal('bad_request', 'The field "model" must be a string: the name of a model.', { param: 'model' })
}
