import { addAbortSignal, type Readable } from 'node:stream'
import { UserError } from '../../errors/index.ts'

/** Longest message that may be piped in; far more than any model's context. */
const limitBytes = 16 * 1024 * 1024

/** All of a piped input as text, without blanks around it. @throws UserError when it is too large. */
export async function readPipedText(stream: Readable, signal: AbortSignal): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of addAbortSignal(signal, stream) as AsyncIterable<Buffer | string>) {
    const buffer = Buffer.from(piece)
    bytes += buffer.length
    if (bytes > limitBytes) {
      throw new UserError({
        what: 'The message is too long',
        where: 'standard input',
        why: `It has more than ${limitBytes} bytes.`,
        mend: 'Pipe in a shorter text.',
      })
    }
    pieces.push(buffer)
  }
  return Buffer.concat(pieces).toString('utf8').trim()
}
