/**
 * The messages between a proxy and an endpoint picker: Envoy's external processing (envoy.service.ext_proc.v3, api/…/
 * external_processor.proto), as far as requests go.
 */
import { bytesOf, fieldsOf, message, numberOf, type ReadField } from '../../grpc/wire.ts'

export const processPath = '/envoy.service.ext_proc.v3.ExternalProcessor/Process'

/** What a proxy says of a request. */
export type Processed =
  | { readonly kind: 'headers'; readonly headers: ReadonlyMap<string, string>; readonly isEnd: boolean }
  | { readonly kind: 'body'; readonly body: Buffer; readonly isEnd: boolean }

/** What a picker says to it. */
export type Verdict =
  | { readonly kind: 'headers'; readonly set: ReadonlyMap<string, string> }
  | { readonly kind: 'body'; readonly body: Buffer; readonly isEnd: boolean }
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }

const asked = { headers: 2, body: 4 } as const
const answered = { headers: 1, body: 3, immediate: 7 } as const

const headerValue = (name: string, value: string) => message([1, name], [3, Buffer.from(value)])

/** Values are in `raw_value`; older senders have them in `value`. */
function header(bytes: Buffer): readonly [string, string] {
  const fields = fieldsOf(bytes)
  const raw = bytesOf(fields, 3)
  return [bytesOf(fields, 1).toString(), (raw.length > 0 ? raw : bytesOf(fields, 2)).toString()]
}

const repeated = (fields: readonly ReadField[], number: number): Buffer[] =>
  fields.flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []))

export function requestMessage(said: Processed): Buffer {
  if (said.kind === 'body') return message([asked.body, message([1, said.body], [2, said.isEnd])])
  const headers = message(...[...said.headers].map(([name, value]) => [1, headerValue(name, value)] as const))
  return message([asked.headers, message([1, headers], [3, said.isEnd])])
}

/** Undefined for what is no part of a request. */
export function readRequest(bytes: Buffer): Processed | undefined {
  const [field] = fieldsOf(bytes)
  if (field === undefined || !Buffer.isBuffer(field.value)) return undefined
  const fields = fieldsOf(field.value)
  if (field.number === asked.body) return { kind: 'body', body: bytesOf(fields, 1), isEnd: numberOf(fields, 2) === 1 }
  if (field.number !== asked.headers) return undefined
  const headers = repeated(fieldsOf(bytesOf(fields, 1)), 1).map(header)
  return { kind: 'headers', headers: new Map(headers), isEnd: numberOf(fields, 3) === 1 }
}

export function verdictMessage(said: Verdict): Buffer {
  switch (said.kind) {
    case 'headers': {
      const options = [...said.set].map(([name, value]) => [1, message([1, headerValue(name, value)])] as const)
      const common = message([2, message(...options)], [5, true])
      return message([answered.headers, message([1, common])])
    }
    case 'body': {
      const streamed = message([1, said.body], [2, said.isEnd])
      const common = message([3, message([3, streamed])])
      return message([answered.body, message([1, common])])
    }
    case 'answer':
      return message([answered.immediate, message([1, message([1, said.status])], [3, said.body])])
  }
}

/** Undefined for what is no answer about a request. */
export function readVerdict(bytes: Buffer): Verdict | undefined {
  const [field] = fieldsOf(bytes)
  if (field === undefined || !Buffer.isBuffer(field.value)) return undefined
  const fields = fieldsOf(field.value)
  if (field.number === answered.immediate) {
    const status = numberOf(fieldsOf(bytesOf(fields, 1)), 1)
    return { kind: 'answer', status, body: bytesOf(fields, 3).toString() }
  }
  const common = fieldsOf(bytesOf(fields, 1))
  if (field.number === answered.headers) {
    const options = repeated(fieldsOf(bytesOf(common, 2)), 1)
    return { kind: 'headers', set: new Map(options.map((option) => header(bytesOf(fieldsOf(option), 1)))) }
  }
  if (field.number !== answered.body) return undefined
  const streamed = fieldsOf(bytesOf(fieldsOf(bytesOf(common, 3)), 3))
  return { kind: 'body', body: bytesOf(streamed, 1), isEnd: numberOf(streamed, 2) === 1 }
}
