import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ProgressStep } from '../../progress/index.ts'

/** SHA-256 of a file, read from its start to its end. Destroys the stream when the signal fires. */
export async function checksumOfFile(path: string, step: ProgressStep, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(piece as Buffer)
    done += (piece as Buffer).length
    step.advance(done)
  }
  return `sha256:${hash.digest('hex')}`
}
