import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../files/index.ts'
import { planOf, type FleetSource, type PlannedAction, type TargetPlan } from '../../contract.ts'
import { recordOf, type OutputFile } from '../../rendering/output/index.ts'
import type { ComposeFile } from '../types.ts'
import { findProject, type Container } from './containers.ts'
import type { Docker } from './docker.ts'
import { missingValues, projectFiles, renderedOf } from './project-folder.ts'
import { composeSecrets } from './secrets.ts'

/** What `apply` would write, create, recreate and remove. */
export async function planCompose(
  source: FleetSource,
  environment: Environment,
  folder: string,
  docker: Docker,
): Promise<TargetPlan> {
  const files = projectFiles(renderedOf(source).artifacts)
  const document = documentOf(source)
  const changed = await fileActions(folder, files)
  const secrets = await composeSecrets(source, folder, environment)
  const missing = await missingValues(document, folder, environment, { source, secrets })
  const found = await findProject(source.fleet.name, docker)
  const told = missing.map(({ subject, detail }): PlannedAction => ({ verb: 'missing', subject, detail, blocks: true }))
  // Compose computes no hash of a service whose variables are not set.
  const wanted = missing.length > 0 ? undefined : await hashesOf(files, folder, docker)
  return planOf([...told, ...changed, ...serviceActions(document, wanted, found?.containers ?? [])])
}

/** The Compose file as a value. */
export function documentOf(source: FleetSource): ComposeFile {
  const found = renderedOf(source).artifacts.find(
    (artifact) => artifact.kind === 'document' && artifact.path === 'compose.yaml',
  )
  if (found?.kind !== 'document') throw new Error('a Compose project has a compose.yaml')
  return found.value as ComposeFile
}

async function fileActions(folder: string, files: readonly OutputFile[]): Promise<readonly PlannedAction[]> {
  const actions = await Promise.all(
    files.map(async ({ path, text }): Promise<PlannedAction> => {
      const there = await readFile(join(folder, path), 'utf8').catch(() => undefined)
      const verb = there === undefined ? 'create' : there === text ? 'keep' : 'change'
      return { verb, subject: `file ${path}`, detail: verb === 'keep' ? '' : `in ${folder}` }
    }),
  )
  const now = new Set(files.map(({ path }) => path))
  const gone = [...(await recordOf(folder))].filter((path) => !now.has(path))
  return [...actions, ...gone.map((path): PlannedAction => ({ verb: 'prune', subject: `file ${path}`, detail: '' }))]
}

/** What Compose compares a running container with: a hash of each service. */
async function hashesOf(
  files: readonly OutputFile[],
  folder: string,
  docker: Docker,
): Promise<ReadonlyMap<string, string>> {
  const input = files.find(({ path }) => path === 'compose.yaml')?.text ?? ''
  const text = await docker.run(['compose', '-f', '-', '--project-directory', folder, 'config', '--hash', '*'], {
    input,
  })
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', hash = '']) => [name, hash]),
  )
}

/**
 * Services against containers. A service of a profile that was not started is nobody's concern.
 * @param hashes unknown when absent, and then what runs counts as changed
 */
export function serviceActions(
  { services }: ComposeFile,
  hashes: ReadonlyMap<string, string> | undefined,
  containers: readonly Container[],
): readonly PlannedAction[] {
  const actions: PlannedAction[] = []
  for (const [name, { profiles = [], scale = 1, restart }] of Object.entries(services)) {
    const running = containers.filter(({ service }) => service === name)
    const subject = `service ${name}`
    if (running.length === 0) {
      if (profiles.length === 0)
        actions.push({ verb: 'create', subject, detail: scale === 1 ? '' : `${scale} containers` })
      continue
    }
    const outdated = running.filter(({ configHash }) => configHash !== hashes?.get(name))
    if (outdated.length > 0) {
      const detail = hashes === undefined ? 'not compared while values are missing' : ''
      actions.push({ verb: 'change', subject, detail, restartsPods: true })
    } else if (running.length !== scale && restart !== 'no') {
      const fields = [{ path: 'scale', before: running.length, after: scale }]
      actions.push({ verb: 'change', subject, detail: '', fields })
    } else actions.push({ verb: 'keep', subject, detail: '' })
  }
  const gone = new Set(containers.map(({ service }) => service).filter((name) => services[name] === undefined))
  return [
    ...actions,
    ...[...gone].map((name): PlannedAction => ({ verb: 'prune', subject: `service ${name}`, detail: '' })),
  ]
}
