import { Refusal } from '../refusal.ts'
import type { FormBody } from './form-body.ts'

/** Longer names are in no Fleet. */
const fieldLimitBytes = 1024

/**
 * The value of a field, or null when it was not seen.
 * @throws Refusal for a model that stands there twice or is no name.
 */
export function readFormField({ bytes, fields }: FormBody, field: 'model' | 'stream'): string | null {
  const range = fields[field]
  if (range === null) return null
  if (field === 'model' && fields.models > 1) {
    const message = 'The form has the field "model" more than once; which one counts is not clear.'
    throw new Refusal('bad_request', message, { param: field })
  }
  if (range.end - range.start > fieldLimitBytes) {
    throw new Refusal('bad_request', `The field "${field}" is too long.`, { param: field })
  }
  return bytes.toString('utf8', range.start, range.end)
}

/** What has arrived of the form, with `model` set to the name that the engine knows; other bytes stay as they came. */
export function nameModelInForm(form: FormBody, engineName: string): Buffer {
  const { bytes, fields, boundary } = form
  const { model } = fields
  if (model === null) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\n${engineName}\r\n`
    return Buffer.concat([Buffer.from(head), bytes])
  }
  if (bytes.toString('utf8', model.start, model.end) === engineName) return bytes
  return Buffer.concat([bytes.subarray(0, model.start), Buffer.from(engineName), bytes.subarray(model.end)])
}
