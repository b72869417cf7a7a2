import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { readBoundedFile, writeFileAtomic } from '../../files/index.ts'

const byte = z.int().min(0)

const stateSchema = z.object({
  version: z.literal(1),
  /** What is being downloaded: address without credentials, and content hash where known. */
  identity: z.string(),
  validator: z.string().nullable(),
  bytes: byte.nullable(),
  ranges: z.array(z.tuple([byte, byte])).max(100_000),
})

/** What is known of an unfinished download; kept beside its bytes. */
export interface PartialState {
  readonly identity: string
  /** Strong ETag or Last-Modified of the server's file, for `If-Range`. */
  readonly validator: string | null
  /** Length of the whole file. */
  readonly bytes: number | null
  readonly ranges: readonly (readonly [start: number, end: number])[]
}

/** Where the state of a partial file is. */
function partialStatePath(partialPath: string): string {
  return `${partialPath}.json`
}

/** The state of a partial file, or undefined when there is none that can be trusted. */
export async function readPartialState(partialPath: string): Promise<PartialState | undefined> {
  try {
    const text = await readBoundedFile(partialStatePath(partialPath), 8 * 1024 * 1024)
    return stateSchema.parse(JSON.parse(text.toString('utf8')))
  } catch {
    return undefined
  }
}

/** Writes the state; the bytes that it speaks of must be on disk before. */
export async function writePartialState(partialPath: string, state: PartialState): Promise<void> {
  await writeFileAtomic(partialStatePath(partialPath), JSON.stringify({ version: 1, ...state }))
}

/** Forgets a partial file, the state first: bytes without a state are worth nothing. */
export async function removePartial(partialPath: string): Promise<void> {
  await rm(partialStatePath(partialPath), { force: true })
  await rm(partialPath, { force: true })
}
