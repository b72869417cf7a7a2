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
  /**
   * When the file was last modified as its content was checked, in nanoseconds: to see whether it changed since.
   * Without it the content is in doubt, and the next pull reads it.
   */
  modifiedNs: z
    .string()
    .regex(/^-?\d{1,30}$/)
    .optional(),
})

/** What a source gave: one small file in `refs/`. */
export type ModelRecord = z.output<typeof recordSchema>

const recordLimitBytes = 64 * 1024

/** A record's file and what is in it. */
export type FoundRecord =
  | { readonly path: string; readonly record: ModelRecord }
  | { readonly path: string; readonly record: undefined; readonly problem: string }

/** A record, or undefined when there is none or it is damaged; the next pull writes it anew. */
export async function readRecord(path: string): Promise<ModelRecord | undefined> {
  return (await findRecord(path)).record
}

async function findRecord(path: string): Promise<FoundRecord> {
  try {
    const record = recordSchema.parse(JSON.parse((await readBoundedFile(path, recordLimitBytes)).toString('utf8')))
    parseModelSource(record.source)
    return { path, record }
  } catch (error) {
    return { path, record: undefined, problem: describe(error) }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error)
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

export async function writeRecord(path: string, record: ModelRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(recordSchema.parse(record), null, 2)}\n`)
}

/** All records, the damaged ones too: by source, then by path. */
export async function listRecords(folder: string): Promise<readonly FoundRecord[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => findRecord(join(folder, name))),
  )
  const sourceOf = ({ record }: FoundRecord) => record?.source ?? '\u{ffff}'
  return found.sort((one, other) => sourceOf(one).localeCompare(sourceOf(other), 'en'))
}
