import type { LocalState } from '../../discovery/index.ts'
import { UserError } from '../../errors/index.ts'
import type { RestartRequest, WorkContext } from '../contract.ts'
import { signalProcess } from './process-signals.ts'
import { readState } from './read-state.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf, type StateFolder } from './state-folder.ts'
import type { Clock } from './supervisor/clock.ts'

/** A large model loads for minutes. */
const usualTimeoutMs = 10 * 60_000
const pollMs = 100

/** A process under supervision, by the name that logs and state have for it. */
interface Restartable {
  readonly id: string
  readonly process: LocalState['replicas'][number]['process']
  readonly starts: number
  readonly state: string
  readonly lastError: string | null
}

const gatewayOf = ({ gateway }: LocalState): Restartable[] => (gateway === null ? [] : [{ id: 'gateway', ...gateway }])

/** What a subject names: a replica, all replicas of a model, the gateway; every replica when absent. */
function restartablesOf(state: LocalState, subject: string | undefined): readonly Restartable[] {
  if (subject === 'gateway') return gatewayOf(state)
  return state.replicas.filter(({ id, model }) => subject === undefined || id === subject || model === subject)
}

async function viewOf(folder: StateFolder, id: string): Promise<Restartable | undefined> {
  const stored = await readState(folder)
  if (stored.kind !== 'state') return undefined
  return [...gatewayOf(stored.state), ...stored.state.replicas].find((each) => each.id === id)
}

/** Ends one process in good order; its supervisor starts the next. Resolves once that serves. */
async function restartOne(folder: StateFolder, before: Restartable, context: WorkContext, clock: Clock): Promise<void> {
  const { id, process, starts } = before
  const { signal, timeoutMs = usualTimeoutMs } = context
  const step = context.progress.step(`Restart ${id}`)
  if (process !== null) signalProcess(process, 'SIGTERM')
  const deadline = clock.now() + timeoutMs
  for (;;) {
    signal.throwIfAborted()
    const now = await viewOf(folder, id)
    if (now !== undefined && now.starts > starts && now.state === 'ready') return step.succeed('ready')
    if (now === undefined || now.state === 'crash-loop' || clock.now() >= deadline) {
      step.fail(now?.state ?? 'gone')
      throw new UserError({
        what: `${id} did not come back`,
        why: now?.lastError ?? (now === undefined ? 'The Fleet has stopped.' : `It is ${now.state}.`),
        mend: 'Its log says more:',
        command: `fairlead logs ${id} --fleet ${folder.fleet}`,
      })
    }
    step.update(now.state)
    await clock.wait(pollMs, signal)
  }
}

/**
 * Starts processes of a running Fleet anew, one after the other, so that a model with several replicas serves throughout.
 * @throws UserError where the Fleet does not run, where nothing is called so, and where one does not come back
 */
export async function restartReplicas(
  fleet: string,
  { subject }: RestartRequest,
  context: WorkContext,
  clock: Clock,
): Promise<readonly string[]> {
  const folder = stateFolderOf(context.environment, fleet)
  const found = await findSupervisor(folder)
  if (found.kind !== 'running' || found.state === undefined) {
    throw new UserError({
      what: `Fleet “${fleet}” does not run on this machine`,
      mend: 'Start it:',
      command: 'fairlead up',
    })
  }
  const wanted = restartablesOf(found.state, subject)
  if (wanted.length === 0) {
    const known = [...found.state.replicas.map(({ id }) => id), 'gateway'].join(', ')
    throw new UserError({
      what: `Fleet “${fleet}” has no replica or model “${subject ?? ''}”`,
      mend: `There are ${known}; a model’s name means all of its replicas.`,
    })
  }
  for (const each of wanted) await restartOne(folder, each, context, clock)
  return wanted.map(({ id }) => id)
}
