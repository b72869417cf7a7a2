import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readBoundedFile, writeFileAtomic } from '../../files/index.ts'
import { parseModelSource } from '../sources/index.ts'

const recordSchema = z.object({
  version: z.literal(1),
  source: z.string().min(1).max(4096),
  checksum: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  fileName: z.string().max(1024),
  storedAt: z.iso.datetime(),
  format: z.literal('gguf'),
  /** The exact revision that a moving one meant then. */
  revision: z.string().max(256).optional(),
  /** Of files used in place: when they were last modified, in nanoseconds, to see whether they changed since. */
  modifiedNs: z
    .string()
    .regex(/^-?\d{1,30}$/)
    .optional(),
})

/** What a source gave: one small file in `refs/`. */
export type ModelRecord = z.output<typeof recordSchema>

const recordLimitBytes = 64 * 1024

/** A record, or undefined when there is none or it is damaged; the next pull writes it anew. */
export async function readRecord(path: string): Promise<ModelRecord | undefined> {
  try {
    const record = recordSchema.parse(JSON.parse((await readBoundedFile(path, recordLimitBytes)).toString('utf8')))
    parseModelSource(record.source)
    return record
  } catch {
    return undefined
  }
}

export async function writeRecord(path: string, record: ModelRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(recordSchema.parse(record), null, 2)}\n`)
}

/** All readable records, by source. */
export async function listRecords(folder: string): Promise<readonly ModelRecord[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const records = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readRecord(join(folder, name))),
  )
  return records
    .filter((record) => record !== undefined)
    .sort((one, other) => one.source.localeCompare(other.source, 'en'))
}
