import { ApiKeys, addKeysOfFile, secretFileLimitBytes } from '../../access/index.ts'
import { UserError } from '../../errors/index.ts'
import type { FleetSecret } from '../contract.ts'
import { titleOf } from './fleet-secrets.ts'

/** All keys of a Kubernetes Secret together may not have more (k8s.io/api/core/v1, MaxSecretSize). */
const keysFileBytes = 1024 * 1024

/** Most bytes that the value of a secret may have. */
export const mostBytesOf = ({ kind }: Pick<FleetSecret, 'kind'>): number =>
  kind === 'keys-file' ? keysFileBytes : secretFileLimitBytes

/**
 * The value of a secret from what was typed or came through a pipe: UTF-8 without a byte order mark, and without the line end
 * that editors and `echo` put behind it. The value is in no error.
 * @throws UserError for what is empty, too long, no text, or no key
 */
export function readSecretValue(bytes: Uint8Array, secret: FleetSecret): string {
  const title = titleOf(secret)
  const refusal = (why: string, mend: string, cause?: unknown) =>
    new UserError({
      what: `This cannot be the value of ${title}`,
      why,
      mend,
      ...(cause === undefined ? {} : { cause }),
    })
  const most = mostBytesOf(secret)
  if (bytes.length > most) {
    throw refusal(
      `It has more than ${most} bytes.`,
      'Give the value alone; a file of keys may be as large as a Secret.',
    )
  }
  const text = decode(bytes)
  if (text === undefined)
    throw refusal('It is no text in UTF-8.', 'Give it as text, such as base64, where its reader takes that.')
  const value = secret.kind === 'keys-file' ? text : text.replace(/(?:\r?\n)+$/, '')
  if (value.trim() === '') throw refusal('It is empty.', 'Type or pipe the value; nothing was changed.')
  if (control.test(value)) throw refusal('It has a control character.', 'Give it as text.')
  if (secret.kind === 'keys-file') {
    addKeysOfFile(new ApiKeys(), value, secret.name)
    return value
  }
  if (value !== value.trim()) {
    throw refusal(
      'It begins or ends with a blank, which the gateway would leave out and an engine would not.',
      'Give it without.',
    )
  }
  if (lineEnd.test(value) && (secret.kind === 'api-key' || isVariable(secret))) {
    throw refusal('It has several lines, and is read as one.', 'Give one line of text.')
  }
  if (secret.kind === 'api-key') {
    // What clients send it as: `Authorization: Bearer` and visible ASCII (RFC 6750 section 2.1 takes fewer).
    if (!/^[!-~]+$/.test(value))
      throw refusal(
        'It has characters that no header field carries it with.',
        'Give a key of letters, digits and signs, without blanks.',
      )
    const owner = { name: title, scopes: new Set<never>(), models: null, team: null, priority: null, expiresAt: null }
    new ApiKeys().add(owner, value, secret.place)
  }
  return value
}

const lineEnd = /[\r\n]/
/** Control characters beside tabulator and line ends, which certificates have. */
const control = /[^\P{Cc}\t\r\n]/u

/** Whether the Fleet names a variable: its value goes into header fields and configuration, which take one line. */
const isVariable = ({ name, key }: FleetSecret): boolean => key === undefined && /^[A-Za-z_]\w*$/.test(name)

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
