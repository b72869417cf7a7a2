import { UserError } from '../../../errors/index.ts'
import type { ApplyContext, Revision, RollbackRequest, RolloutRequest, RolloutStatus } from '../../contract.ts'
import { applyProject, asOnlyOperator, projectOf, type AppliedProject } from './apply.ts'
import { requireProject } from './containers.ts'
import type { Docker } from './docker.ts'
import { readRevisions, shownRevisions, type StoredRevision } from './revisions.ts'

const asApplied = (fleet: string, { document, ...stored }: StoredRevision, reason: string): AppliedProject => ({
  ...stored,
  document,
  fleet,
  reason,
})

/** Brings an earlier project up again, as a new revision. */
export async function rollbackCompose(
  fleet: string,
  { revision }: RollbackRequest,
  context: ApplyContext,
  docker: Docker,
): Promise<Revision> {
  return asOnlyOperator(fleet, context, async () => {
    const known = await readRevisions(fleet, context.environment)
    const wanted = revision === undefined ? known[1] : known.find(({ number }) => number === revision)
    if (wanted === undefined) throw refuseRevision(fleet, revision, known)
    await applyProject(asApplied(fleet, wanted, `rollback to ${wanted.number}`), context, docker)
    const shown = shownRevisions(known).find(({ number }) => number === wanted.number)
    if (shown === undefined) throw new Error('a revision that was found is shown')
    return shown
  })
}

function refuseRevision(fleet: string, wanted: number | undefined, known: readonly StoredRevision[]): UserError {
  const numbers = known.map(({ number }) => number).join(', ')
  return new UserError({
    what:
      wanted === undefined
        ? `There is no earlier revision of Fleet “${fleet}”`
        : `There is no revision ${wanted} of Fleet “${fleet}”`,
    mend: known.length === 0 ? 'Apply it first; this machine has applied none.' : `This machine keeps ${numbers}.`,
    command: `fairlead revisions ${fleet} --target compose`,
  })
}

/** Applies a changed project, and brings the one before up again when it does not come up; tells how containers stand. */
export async function rolloutCompose(
  fleet: string,
  request: RolloutRequest,
  folder: string,
  context: ApplyContext,
  docker: Docker,
): Promise<readonly RolloutStatus[]> {
  if (request.action === 'status') return statusesOf(fleet, docker, request.model)
  if (request.action !== 'start') {
    throw new UserError({
      what: `Target compose cannot ${request.action} an update`,
      why: 'Compose replaces the containers of a service at once, and nothing is left to hold.',
      mend: 'Go back to the revision before instead:',
      command: `fairlead rollback ${fleet} --target compose`,
    })
  }
  const { source } = request
  return asOnlyOperator(fleet, context, async () => {
    const [before] = await readRevisions(fleet, context.environment)
    try {
      await applyProject(projectOf(source, folder, context.options?.reason ?? 'rollout'), context, docker)
      return await statusesOf(fleet, docker)
    } catch (error) {
      if (before === undefined || !(error instanceof UserError) || context.signal.aborted) throw error
      context.progress.note(`${error.message}. Going back to revision ${before.number}.`)
      await applyProject(asApplied(fleet, before, `rollback to ${before.number}: ${error.message}`), context, docker)
      const statuses = await statusesOf(fleet, docker)
      const { message } = error
      return statuses.map((status) => Object.assign({}, status, { state: 'failed' as const, message }))
    }
  })
}

async function statusesOf(fleet: string, docker: Docker, model?: string): Promise<readonly RolloutStatus[]> {
  const { containers } = await requireProject(fleet, docker)
  const engines = containers.filter((each) => each.model !== undefined && (model === undefined || each.model === model))
  const keys = [...new Set(engines.map((each) => `${each.model ?? ''} ${each.role}`))]
  return keys.map((key): RolloutStatus => {
    const own = engines.filter((each) => `${each.model ?? ''} ${each.role}` === key)
    const ready = own.filter(({ state }) => state === 'ready').length
    const [name = '', role = 'both'] = key.split(' ')
    const isFailing = own.some(({ state }) => state === 'crash-loop')
    const state = ready === own.length ? 'complete' : isFailing ? 'failed' : 'progressing'
    const message = state === 'complete' ? '' : own.map(({ id, status }) => `${id}: ${status}`).join('; ')
    return { model: name, role, state, wanted: own.length, updated: own.length, ready, message }
  })
}
