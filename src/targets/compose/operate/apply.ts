import { join } from 'node:path'
import { UserError } from '../../../errors/index.ts'
import { createFolder, fleetStateFolder, withLock } from '../../../files/index.ts'
import type { ApplyContext, FleetSource } from '../../contract.ts'
import { writeFolder, type OutputFile } from '../../rendering/output/index.ts'
import type { Docker } from './docker.ts'
import { documentOf } from './plan.ts'
import { missingValues, projectFiles, refuseMissing, renderedOf } from './project-folder.ts'
import { hostFolders, tellHosts } from './hosts.ts'
import { keepRevision } from './revisions.ts'
import { composeSecrets } from './secrets.ts'
import { readComposeStatus } from './status.ts'
import { untilReady } from './wait-ready.ts'

/** A project as it is brought up. */
export interface AppliedProject {
  readonly fleet: string
  readonly folder: string
  readonly files: readonly OutputFile[]
  readonly document: unknown
  readonly fleetText: string
  readonly version: string
  readonly reason: string
  /** The Fleet that it was rendered from; absent for an earlier project. */
  readonly source?: FleetSource
}

/** The project of a Fleet file. */
export function projectOf(source: FleetSource, folder: string, reason: string): AppliedProject {
  const { artifacts, fleetText, version } = renderedOf(source)
  // Variables are objects of ours in it, which JSON makes the text that Compose reads.
  const document: unknown = JSON.parse(JSON.stringify(documentOf(source)))
  return {
    fleet: source.fleet.name,
    folder,
    files: projectFiles(artifacts),
    document,
    fleetText,
    version,
    reason,
    source,
  }
}

/** Runs work on a Fleet as the only one of this machine; another waits, and says so. */
export function asOnlyOperator<Result>(
  fleet: string,
  { environment, signal, progress }: ApplyContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = join(fleetStateFolder(environment, fleet), 'compose.lock')
  const onWait = (pid: number | undefined) =>
    progress.note(
      `Waiting for ${pid === undefined ? 'another process' : `process ${pid}`}, which changes Fleet ${fleet} too.`,
    )
  return withLock(lock, signal, work, { onWait })
}

/** Writes a project and starts what is not as it says. Resolves once everything serves; safe to be interrupted and repeated. */
export async function applyProject(applied: AppliedProject, context: ApplyContext, docker: Docker): Promise<void> {
  const { fleet, folder, files, document, fleetText, version, reason, source } = applied
  const { environment, progress, signal, options = {}, onReady } = context
  await createFolder(folder)
  await writeFolder(folder, files)
  const named = source === undefined ? {} : { source, secrets: await composeSecrets(source, folder, environment) }
  const missing = await missingValues(document, folder, environment, named)
  if (missing.length > 0) throw refuseMissing(missing, folder)
  const step = progress.step('Starting containers')
  try {
    await docker.run(['compose', 'up', '--detach', '--remove-orphans', '--quiet-pull'], {
      folder,
      signal,
      onProgress: (line) => step.update(line),
    })
    step.succeed()
  } catch (error) {
    step.fail(signal.aborted ? 'interrupted' : 'failed')
    throw error
  }
  await keepRevision(fleet, environment, { folder, document, fleetText, version, reason, files: [...files] })
  tellHosts(hostFolders(files), { folder, progress })
  if (options.wait === false) return
  await untilReady(fleet, docker, context)
  const status = await readComposeStatus(fleet, docker)
  if (options.smoke !== false && status.gateway !== null && status.gateway.address !== '') {
    await askGateway(status.gateway.address, context)
  }
  onReady?.(status)
}

const smokeTimeoutMs = 10_000

/** One request by the way that clients take; who is refused for want of a key has been answered. */
async function askGateway(address: string, { signal, progress }: ApplyContext): Promise<void> {
  const step = progress.step(`Asking ${address}`)
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(smokeTimeoutMs)])
    const { status } = await fetch(`${address}/v1/models`, { signal: bounded })
    if (status >= 500) throw new Error(`it answers ${status}`)
    step.succeed('answers')
  } catch (error) {
    signal.throwIfAborted()
    step.fail('does not answer')
    throw new UserError({
      what: 'The gateway runs, and does not answer where it is published',
      where: address,
      why: error instanceof Error ? error.message : String(error),
      mend: 'Look at its log; a firewall of this host may stand between.',
      command: 'fairlead logs gateway --target compose',
      cause: error,
    })
  }
}
