import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { exitCodes, UserError } from '../../errors/index.ts'
import type { FleetSecret } from '../../operate/index.ts'
import { mostBytesOf, readSecretValue, secretTitle } from '../../operate/secrets/index.ts'
import type { CommandContext } from '../command.ts'

/**
 * The value of a secret: what is piped in, or what a person types without its being shown.
 * @throws UserError for what can be no value of it; the value is in no error
 */
export async function askForSecret(secret: FleetSecret, context: CommandContext): Promise<string> {
  const { input } = context
  if (!input.isTerminal) return readSecretValue(await readPiped(secret, context), secret)
  const several = secret.kind === 'keys-file' ? ' For several lines, pipe the file in.' : ''
  const prompt = `Value of ${secretTitle(secret)}, which is not shown as you type:${several}`
  return readSecretValue(Buffer.from(await typedLine(prompt, context), 'utf8'), secret)
}

/** What comes through the pipe, of which one byte more than a value may have is enough to refuse it. */
async function readPiped(secret: FleetSecret, { input, signal }: CommandContext): Promise<Buffer> {
  const most = mostBytesOf(secret)
  const pieces: Buffer[] = []
  let length = 0
  const stop = () => input.stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const piece of input.stream) {
      const bytes = Buffer.from(piece as Uint8Array | string)
      pieces.push(bytes)
      length += bytes.length
      if (length > most) break
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
  return Buffer.concat(pieces, length)
}

/** A line of a terminal, whose echo goes nowhere. It is asked for when the terminal shows nothing any more. */
async function typedLine(prompt: string, { input, output, signal }: CommandContext): Promise<string> {
  const silent = new Writable({ write: (_piece, _encoding, done) => done() })
  const lines = createInterface({ input: input.stream, output: silent, terminal: true, historySize: 0, signal })
  try {
    output.warn(prompt)
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(nothingTyped()))
      lines.once('close', () => reject(nothingTyped()))
    })
  } finally {
    signal.throwIfAborted()
    lines.close()
  }
}

const nothingTyped = () =>
  new UserError({ what: 'Nothing was typed', mend: 'Nothing was changed.', exitCode: exitCodes.interrupted })
