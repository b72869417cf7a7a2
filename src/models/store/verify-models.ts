import type { ModelVerdict, PullContext, StoredModel } from '../contract.ts'
import { checksumOfFile } from '../sources/index.ts'
import { formatProblem } from './check-format.ts'
import type { StoreLayout } from './layout.ts'
import { listRecords, type ModelRecord } from './records.ts'
import { fileFacts, toStoredModel } from './stored-file.ts'

/** Reads every stored file again, whole, and says which are not as they were stored. Changes nothing. */
export async function verifyModels(layout: StoreLayout, context: PullContext): Promise<readonly ModelVerdict[]> {
  const verdicts: ModelVerdict[] = []
  for (const record of await listRecords(layout.refs)) {
    context.signal.throwIfAborted()
    const model = toStoredModel(layout, record)
    const problem = await findProblem(model, record, context)
    verdicts.push(problem === undefined ? { model, ok: true } : { model, ok: false, problem })
  }
  return verdicts
}

async function findProblem(model: StoredModel, record: ModelRecord, context: PullContext): Promise<string | undefined> {
  const step = context.progress.step(`Verifying ${record.fileName}`, record.bytes)
  const problem = await compare(model, record, context).catch((error: unknown) => {
    context.signal.throwIfAborted()
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  })
  if (problem === undefined) step.succeed()
  else step.fail(problem)
  return problem

  async function compare(model: StoredModel, record: ModelRecord, context: PullContext): Promise<string | undefined> {
    const isInPlace = record.modifiedNs !== undefined
    const again = isInPlace
      ? 'restore the file, or pull it again to accept it as it is'
      : `remove it with "rm -f ${model.path}" and pull it again`
    const facts = await fileFacts(model.path)
    if (facts === undefined) return isInPlace ? 'missing: the file is gone' : 'missing: pull it again'
    const format = await formatProblem(model.path)
    if (facts.bytes !== record.bytes) {
      const cut = facts.bytes < record.bytes ? 'truncated' : 'wrong size'
      return `${cut}: ${facts.bytes} bytes instead of ${record.bytes}; ${again}`
    }
    const checksum = await checksumOfFile(model.path, step, context.signal)
    if (checksum !== record.checksum) return `wrong checksum: ${checksum} instead of ${record.checksum}; ${again}`
    return format === undefined ? undefined : `not a usable GGUF file: ${format}`
  }
}
