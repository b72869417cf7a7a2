import { open, type FileHandle } from 'node:fs/promises'
import { GgufProblem, NeedsMoreBytes } from './gguf-problem.ts'
import { parseGguf, type GgufInfo } from './parse-gguf.ts'

/** Enough for most headers without a large vocabulary. */
const firstBytes = 1024 * 1024
/** The largest vocabularies and merge tables take some 20 MB. */
const mostBytes = 256 * 1024 * 1024

async function readBeginning(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

/**
 * Reads a GGUF file's header from disk, without its tensors, and checks that the file is long enough for them.
 * @throws GgufProblem when it is no usable GGUF file.
 */
export async function inspectGguf(path: string): Promise<GgufInfo> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    let length = Math.min(size, firstBytes)
    for (;;) {
      const bytes = await readBeginning(file, length)
      try {
        return parseGguf(bytes, size)
      } catch (error) {
        if (!(error instanceof NeedsMoreBytes)) throw error
        if (error.until > size) {
          throw new GgufProblem('truncated', `it is cut off in its header, after ${size} bytes`)
        }
        if (error.until > mostBytes) throw new GgufProblem('malformed', 'its header is impossibly long')
        // Doubling keeps the bytes parsed again below twice the header.
        length = Math.min(size, mostBytes, Math.max(error.until, length * 2))
      }
    }
  } finally {
    await file.close()
  }
}
