import type { ModelRequest, StoredModel } from '../contract.ts'
import type { ModelSource } from '../sources/index.ts'
import type { StoreLayout } from './layout.ts'
import { readRecord } from './records.ts'
import { isUnchanged, toStoredModel } from './stored-file.ts'

/** The stored file of a source; looks at its size and age, not its content. */
export async function findModel(
  layout: StoreLayout,
  source: ModelSource,
  request: ModelRequest,
): Promise<StoredModel | undefined> {
  const record = await readRecord(layout.ref(source))
  if (record === undefined) return undefined
  if (request.checksum !== undefined && request.checksum !== record.checksum) return undefined
  const model = toStoredModel(layout, record)
  return (await isUnchanged(model.path, record)) ? model : undefined
}
