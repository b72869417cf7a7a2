import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeleteOptions, DeleteResult, WorkContext } from '../../contract.ts'
import { writeFolder } from '../../rendering/output/index.ts'
import { findProject } from './containers.ts'
import type { Docker } from './docker.ts'
import { usualFolder } from './project-folder.ts'
import { forgetRevisions } from './revisions.ts'

/** What Compose tells on standard error of each thing that it removes: ` Container lab-small-1  Removed`. */
const removedLine = /^(Container|Network|Volume) (\S+)\s+Removed$/

/**
 * Stops and removes a project. Files of ours in the Fleet’s state go with it; a folder that somebody chose stays, and so do
 * `.env` and secrets.
 */
export async function deleteCompose(
  fleet: string,
  { volumes = false }: DeleteOptions,
  { environment, signal, progress }: WorkContext,
  docker: Docker,
): Promise<DeleteResult> {
  const found = await findProject(fleet, docker, signal)
  const removed: string[] = []
  const kept: string[] = []
  if (found !== undefined) {
    const { project, folder } = found
    // Without its files Compose removes by label, and leaves volumes.
    const isThere = existsSync(join(folder, 'compose.yaml'))
    const step = progress.step(`Removing project ${project}`)
    const args = ['--profile', '*', 'down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])]
    await docker.run(isThere ? ['compose', ...args] : ['compose', '-p', project, ...args], {
      ...(isThere ? { folder } : {}),
      signal,
      onProgress: (line) => {
        step.update(line)
        const [, kind = '', name = ''] = removedLine.exec(line) ?? []
        if (kind !== '') removed.push(`${kind.toLowerCase()} ${name}`)
      },
    })
    step.succeed()
    const filter = `label=com.docker.compose.project=${project}`
    const left = await docker.run(['volume', 'ls', '--filter', filter, '--format', '{{.Name}}'], { signal })
    kept.push(...left.split('\n').flatMap((name) => (name === '' ? [] : [`volume ${name}`])))
    if (folder !== usualFolder(fleet, environment)) kept.push(`folder ${folder}`)
  }
  const own = usualFolder(fleet, environment)
  const wasWritten = existsSync(own)
  if (wasWritten) {
    await writeFolder(own, [])
    await rm(join(own, '.fairlead-render.json'), { force: true })
  }
  const wasKnown = await forgetRevisions(fleet, environment)
  if (wasWritten && (existsSync(join(own, '.env')) || existsSync(join(own, 'secrets')))) kept.push(`values in ${own}`)
  else await rm(own, { recursive: true, force: true })
  return { wasThere: found !== undefined || wasKnown, removed, kept }
}
