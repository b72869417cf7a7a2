import { stat } from 'node:fs/promises'
import type { StoredModel } from '../contract.ts'
import { parseModelSource, type ModelSource } from '../sources/index.ts'
import type { StoreLayout } from './layout.ts'
import type { ModelRecord } from './records.ts'

/** The size and age of a file. */
export interface FileFacts {
  readonly bytes: number
  /** Nanoseconds since 1970, as text: more than a number holds exactly. */
  readonly modifiedNs: string
}

/** A file's facts, or undefined when there is no regular file. */
export async function fileFacts(path: string): Promise<FileFacts | undefined> {
  try {
    const found = await stat(path, { bigint: true })
    return found.isFile() ? { bytes: Number(found.size), modifiedNs: String(found.mtimeNs) } : undefined
  } catch {
    return undefined
  }
}

/** Where a record's file is: in place, or among the blobs. */
function pathOfRecord(layout: StoreLayout, source: ModelSource, record: ModelRecord): string {
  return source.kind === 'file' ? source.path : layout.blob(record.checksum)
}

/** A record together with its file's path, as the contract has it. */
export function toStoredModel(layout: StoreLayout, record: ModelRecord): StoredModel {
  const { source, bytes, checksum, storedAt } = record
  return { source, path: pathOfRecord(layout, parseModelSource(source), record), bytes, checksum, storedAt }
}

/** Whether the file still looks as it did when its content was checked. Reads no content. */
export async function isUnchanged(path: string, record: ModelRecord): Promise<boolean> {
  const facts = await fileFacts(path)
  return facts !== undefined && facts.bytes === record.bytes && facts.modifiedNs === record.modifiedNs
}

/** What stands for a stored model whose record cannot be read: the record's own file. */
export async function describeBrokenRecord(path: string): Promise<StoredModel> {
  const { bytes, modifiedNs } = (await fileFacts(path)) ?? { bytes: 0, modifiedNs: '0' }
  const storedAt = new Date(Number(BigInt(modifiedNs) / 1_000_000n)).toISOString()
  return { source: path, path, bytes, checksum: '', storedAt }
}
