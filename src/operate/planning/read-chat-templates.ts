import { dirname, resolve } from 'node:path'
import { readBoundedFile } from '../../files/index.ts'
import type { FleetSource } from '../../targets/index.ts'

/** Chat templates are some kilobytes; what is larger is none. */
const templateLimitBytes = 512 * 1024

/**
 * The chat templates that a Fleet names as files, which containers get along: relative names start from the Fleet's folder.
 * @throws UserError for a file that cannot be read
 */
export async function readChatTemplates({ fleet, file }: FleetSource): Promise<Record<string, string>> {
  const names = new Set(fleet.models.flatMap(({ chat }) => chat.templateFile ?? []))
  const read = async (name: string): Promise<[string, string]> => [
    name,
    new TextDecoder().decode(await readBoundedFile(resolve(dirname(file), name), templateLimitBytes)),
  ]
  return Object.fromEntries(await Promise.all([...names].map(read)))
}
