import type { IncomingMessage } from 'node:http'
import { ServingError } from './contract.ts'
import { invalidValue, malformed } from './errors.ts'
import { findJsonErrorPosition } from './json-position.ts'

/** Reads a request's body, at most `limitBytes` of it, and parses it as a JSON object. */
export async function readJsonObject(request: IncomingMessage, limitBytes: number): Promise<Record<string, unknown>> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new ServingError(
      400,
      "1 validation error: Unsupported Media Type: Only 'application/json' is allowed",
      'Bad Request',
    )
  }
  return parseJsonObject(await readBytes(request, limitBytes))
}

async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = (): ServingError => new ServingError(413, `The body is larger than ${limitBytes} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limitBytes) {
        request.removeAllListeners('data')
        reject(tooLarge())
        return
      }
      chunks.push(chunk)
    })
    request.once('end', resolve)
    request.once('error', reject)
    request.once('close', () => {
      reject(invalidValue('The connection ended before the body did.'))
    })
  })
  return Buffer.concat(chunks, size)
}

/** Parses a JSON object; the error names the position where it is broken. */
function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) throw malformed('body', 'Field required')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed('body', 'the bytes are not UTF-8')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const position = findJsonErrorPosition(text)
    throw malformed(`body.${position}`, `JSON decode error at position ${position}${near(text, position)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('body', 'Input should be a JSON object')
  }
  return value as Record<string, unknown>
}

function near(text: string, position: number): string {
  return position >= text.length
    ? ' (the text ends here)'
    : `, near ${JSON.stringify(text.slice(position, position + 16))}`
}
