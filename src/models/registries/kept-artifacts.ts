import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { createFolder, modelsFolder, readBoundedFile, writeFileAtomic, type Environment } from '../../files/index.ts'
import type { RegistryArtifact } from './registry-artifact.ts'

const recordSchema = z.object({
  format: z.literal(1),
  address: z.string().max(2048),
  asked: z.string().max(2048),
  version: z.string().max(1024),
  uri: z.string().min(1).max(4096),
  toldAt: z.iso.datetime(),
})

/** What a registry said of a source once, and when (ISO 8601). */
export type KeptArtifact = RegistryArtifact & { readonly toldAt: string }

const recordLimitBytes = 32 * 1024

/** What is asked, and of whom. */
export interface AskedArtifact {
  readonly environment: Environment
  readonly address: string
  readonly asked: string
}

/** Beside the model store’s own records; no character of a source reaches a path. */
function pathOf({ environment, address, asked }: AskedArtifact): string {
  const key = createHash('sha256').update(`${address}\n${asked}`).digest('hex').slice(0, 32)
  return join(modelsFolder(environment), 'registries', `${key}.json`)
}

/** What was kept of an earlier answer; undefined when there is none, or it is damaged. */
export async function readKeptArtifact(question: AskedArtifact): Promise<KeptArtifact | undefined> {
  try {
    const text = (await readBoundedFile(pathOf(question), recordLimitBytes)).toString('utf8')
    const { address, asked, ...kept } = recordSchema.parse(JSON.parse(text))
    return address === question.address && asked === question.asked ? kept : undefined
  } catch {
    return undefined
  }
}

/** In seconds; nobody needs more. */
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

/** Keeps an answer for when the registry is gone; where nothing can be written, nothing is kept, and nothing fails. */
export async function keepArtifact(question: AskedArtifact, { version, uri }: RegistryArtifact): Promise<void> {
  const { environment, address, asked } = question
  const record = recordSchema.safeParse({ format: 1, address, asked, version, uri, toldAt: now() })
  if (!record.success) return
  try {
    await createFolder(join(modelsFolder(environment), 'registries'))
    await writeFileAtomic(pathOf(question), `${JSON.stringify(record.data, null, 2)}\n`)
  } catch {
    // A read-only or full disk: the next command asks again.
  }
}
