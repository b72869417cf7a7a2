import { join } from 'node:path'
import type { ProgressReporter } from '../../../progress/index.ts'
import type { OutputFile } from '../../rendering/output/index.ts'

/** Folders of further hosts’ projects, below that of the gateway’s. */
export const hostFolders = (files: readonly OutputFile[]): readonly string[] =>
  files.flatMap(({ path }) => /^(hosts\/[^/]+)\/compose\.yaml$/.exec(path)?.[1] ?? [])

/**
 * Says what a person does on each further host. Nothing is started there from here: files with secrets are mounted by the Docker
 * of that host, so that they have to lie on it.
 */
export function tellHosts(
  folders: readonly string[],
  { folder, progress }: { readonly folder: string; readonly progress: ProgressReporter },
): void {
  for (const path of folders) {
    progress.note(
      `Host ${path.slice('hosts/'.length)} runs engines of this Fleet too, and is not started from here: copy ${join(folder, path)} there, fill in what its first lines say, and run in it: docker compose up -d --remove-orphans`,
    )
  }
}
