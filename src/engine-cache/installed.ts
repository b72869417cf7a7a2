import { join } from 'node:path'
import { z } from 'zod'
import { readBoundedFile, writeFileAtomic } from '../files/index.ts'
import type { InstallableEngine, InstalledEngine } from './contract.ts'

const markerName = 'fairlead-engine.json'

/** Written into an engine's folder last, before the folder gets its name: what has one is whole. */
const marker = z.object({ version: z.string(), bytes: z.int().nonnegative() })

/** Notes that an installation is whole. */
export async function markInstalled(folder: string, content: z.output<typeof marker>): Promise<void> {
  await writeFileAtomic(join(folder, markerName), JSON.stringify(content), 0o644)
}

/** The engine in a folder, or undefined when there is none or it is not whole. */
export async function readInstalled(name: InstallableEngine, folder: string): Promise<InstalledEngine | undefined> {
  try {
    const content = await readBoundedFile(join(folder, markerName), 4096)
    const { version, bytes } = marker.parse(JSON.parse(content.toString()))
    return { name, version, folder, bytes }
  } catch {
    return undefined
  }
}
