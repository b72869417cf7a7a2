import type { ModelVerdict, PullContext, StoredModel } from '../contract.ts'
import { checksumOfFile, parseModelSource } from '../sources/index.ts'
import { formatProblem } from './check-format.ts'
import type { StoreLayout } from './layout.ts'
import { listRecords, readRecord, writeRecord, type FoundRecord, type ModelRecord } from './records.ts'
import { describeBrokenRecord, fileFacts, toStoredModel } from './stored-file.ts'

/**
 * Reads every record and its file again, whole, and says which are not as they were stored. What it finds is noted in the
 * records: a damaged file is not found any more until a pull replaced it, a whole one is, whatever happened to its age.
 * Blobs that no record speaks of are left alone: a pull reads them before it uses them.
 */
export async function verifyModels(layout: StoreLayout, context: PullContext): Promise<readonly ModelVerdict[]> {
  const verdicts: ModelVerdict[] = []
  for (const found of await listRecords(layout.refs)) {
    context.signal.throwIfAborted()
    verdicts.push(await verifyRecord(layout, found, context))
  }
  return verdicts
}

async function verifyRecord(layout: StoreLayout, found: FoundRecord, context: PullContext): Promise<ModelVerdict> {
  if (found.record === undefined) {
    const problem = `broken record: ${found.problem}; "fairlead models pull" writes it anew`
    return { model: await describeBrokenRecord(found.path), ok: false, problem }
  }
  const { path, record } = found
  const model = toStoredModel(layout, record)
  const before = await fileFacts(model.path)
  const problem = await findProblem(model, record, context)
  const after = await fileFacts(model.path)
  const isSettled = problem === undefined && before?.modifiedNs === after?.modifiedNs
  const note = await noteOutcome(path, record, isSettled ? after?.modifiedNs : undefined)
  if (problem === undefined) return { model, ok: true }
  return { model, ok: false, problem: note === undefined ? problem : `${problem} (${note})` }
}

/** Writes down when a whole file was last modified, or that it is in doubt; gives why it could not. */
async function noteOutcome(
  path: string,
  record: ModelRecord,
  modifiedNs: string | undefined,
): Promise<string | undefined> {
  const { modifiedNs: noted, ...rest } = record
  if (noted === modifiedNs) return undefined
  // A pull may have written another record meanwhile, which knows better.
  if (JSON.stringify(await readRecord(path)) !== JSON.stringify(record)) return undefined
  try {
    await writeRecord(path, modifiedNs === undefined ? rest : { ...rest, modifiedNs })
    return undefined
  } catch (error) {
    return `not noted in its record: ${error instanceof Error ? error.message : String(error)}`
  }
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
    const pull = `"fairlead models pull ${model.source}"`
    const isInPlace = parseModelSource(model.source).kind === 'file'
    const again = isInPlace ? `restore the file, or accept it as it is with ${pull}` : `${pull} fetches it again`
    const facts = await fileFacts(model.path)
    if (facts === undefined) return isInPlace ? 'missing: the file is gone' : `missing: ${again}`
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
