import { join } from 'node:path'
import { UserError } from '../../errors/index.ts'
import { downloadFile, HttpClient, RefusedStatus, removePartial, type DownloadedFile } from '../download/index.ts'
import type { FetchContext, FetchedFile } from './fetch.ts'
import { askForFile, listRepository, readHubEnvironment, resolveUrl, type Hub, type HubFile } from './hub-api.ts'
import { hubRefusal, hubUnreachable } from './hub-errors.ts'
import { describeModelSource, type HubSource } from './model-source.ts'
import { wrongChecksum } from './wrong-checksum.ts'

/** Fetches a GGUF file from the Hugging Face hub or a mirror of it. */
export async function fetchFromHub(source: HubSource, context: FetchContext): Promise<FetchedFile> {
  const client = new HttpClient(context.environment, context.settings)
  try {
    const hub = {
      ...readHubEnvironment(context.environment),
      client,
      settings: context.settings,
      signal: context.signal,
    }
    return await fetchWith(hub, source, context)
  } finally {
    await client.close()
  }
}

async function fetchWith(hub: Hub, source: HubSource, context: FetchContext): Promise<FetchedFile> {
  const where = describeModelSource(source)
  const wanted = source.revision ?? 'main'
  const { file, revision } =
    source.file === undefined ? await chooseFile(hub, source, wanted) : { file: source.file, revision: wanted }
  const named = { ...source, file }
  const url = resolveUrl(hub.endpoint, source.repository, revision, file)
  const known = await askForFile(hub, named, url)
  const fileName = file.slice(file.lastIndexOf('/') + 1)
  const commit = known.commit === undefined ? {} : { revision: known.commit }
  if (context.checksum !== undefined && known.checksum !== undefined && context.checksum !== known.checksum) {
    throw wrongChecksum(where, context.checksum, known.checksum, 'It was not downloaded.')
  }
  if (known.checksum !== undefined && (await context.hasBlob(known.checksum))) {
    return { path: undefined, checksum: known.checksum, fileName, ...commit }
  }
  const { path, checksum } = await download(hub, named, url, known, context)
  return { path, checksum, fileName, ...commit }
}

/** The only GGUF file of a repository. */
async function chooseFile(
  hub: Hub,
  source: HubSource,
  revision: string,
): Promise<{ readonly file: string; readonly revision: string }> {
  const { commit, files } = await listRepository(hub, source, revision)
  const [first, ...others] = files.filter((file) => file.toLowerCase().endsWith('.gguf'))
  const where = describeModelSource(source)
  if (first === undefined) {
    throw new UserError({
      what: `${source.repository} has no GGUF file`,
      where,
      mend: 'Look for a repository of the same model whose name ends in -GGUF.',
    })
  }
  if (others.length === 0) return { file: first, revision: commit ?? revision }
  const shown = [first, ...others].slice(0, 20)
  throw new UserError({
    what: `${source.repository} has ${others.length + 1} GGUF files`,
    where,
    why: `There are ${shown.join(', ')}${others.length + 1 > shown.length ? ' and more' : ''}.`,
    mend: `Say which, as in ${describeModelSource({ ...source, file: first })}.`,
  })
}

async function download(
  hub: Hub,
  source: HubSource & { readonly file: string },
  url: URL,
  known: HubFile,
  context: FetchContext,
): Promise<{ readonly path: string; readonly checksum: string }> {
  const where = describeModelSource(source)
  const partialPath = join(context.workFolder, 'download')
  const expected = context.checksum ?? known.checksum
  const step = context.progress.step(`Downloading ${source.file}`, known.bytes)
  const attempt = (): Promise<DownloadedFile> =>
    downloadFile({
      client: hub.client,
      address: { url, secretHeaders: hub.secretHeaders },
      title: source.file,
      partialPath,
      storeFolder: context.storeFolder,
      identity: `${url.href} ${known.etag ?? ''}`,
      expectedBytes: known.bytes,
      isChecked: expected !== undefined,
      settings: hub.settings,
      signal: hub.signal,
      onProgress: (done, total) => step.advance(done, total),
    })
  try {
    let downloaded = await attempt()
    if (expected !== undefined && downloaded.checksum !== expected && downloaded.wasContinued) {
      // What an earlier process left may be of another version, or damaged by a power cut.
      await removePartial(partialPath)
      downloaded = await attempt()
    }
    if (expected !== undefined && downloaded.checksum !== expected) {
      await removePartial(partialPath)
      throw wrongChecksum(where, expected, downloaded.checksum)
    }
    step.succeed()
    return { path: partialPath, checksum: downloaded.checksum }
  } catch (error) {
    const told = hub.signal.aborted ? error : explain(error, url, source, hub)
    step.fail(told instanceof UserError ? told.message : 'interrupted')
    throw told
  }
}

function explain(error: unknown, url: URL, source: HubSource, hub: Hub): unknown {
  if (error instanceof RefusedStatus) {
    error.answer.body.destroy()
    return hubRefusal(error.answer, source, 'authorization' in hub.secretHeaders)
  }
  return hubUnreachable(url, describeModelSource(source), error)
}
