import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'

/** What says in a bundle what is in it. */
export const recordName = 'bundle.json'
const recordLimitBytes = 4 * 1024 * 1024
const record = z.object({ fleetImages: z.array(z.string().max(512)).max(10_000) })

/**
 * Images of a bundle that its Fleet runs, as they are published; the others are of prerequisites, which no Fleet names.
 * @throws UserError for a folder that is no bundle
 */
export async function fleetImagesOf(folder: string): Promise<ReadonlySet<string>> {
  const file = join(folder, recordName)
  const parsed = record.safeParse(parseJson(await readBoundedFile(file, recordLimitBytes)))
  if (parsed.success) return new Set(parsed.data.fleetImages)
  throw new UserError({
    what: `${folder} is no bundle of images`,
    where: file,
    mend: 'Name the folder that `fairlead images bundle` wrote.',
  })
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
