import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  localStateSchema,
  type LocalReplicaState,
  type LocalState,
  type ProcessIdentity,
} from '../../../discovery/index.ts'
import { fleetStateFolder, type Environment } from '../../../files/index.ts'
import { fleetSchema, type FleetInput } from '../../../fleet/index.ts'
import type { FleetSource, FleetStatus, Target, WorkContext } from '../../contract.ts'
import { signalProcess } from '../process-signals.ts'
import { childrenOf } from '../reap.ts'
import { createLocalTarget } from '../target.ts'
import { silentProgress } from './silent-progress.ts'
import { standInParts } from './stand-in-parts.ts'

const supervisorEntry = fileURLToPath(new URL('supervisor-entry.ts', import.meta.url))
/** Long enough for two slow, busy cores; only a failure waits so long. */
const deadlineMs = 30_000

/** Waits until `look` gives something; fails with `what` after a generous deadline. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  withinMs = deadlineMs,
): Promise<Value> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(25)) {
    const value = await look()
    if (value !== undefined && value !== false) return value
  }
  throw new Error(`waited in vain: ${what}`)
}

/** A Fleet that most tests do with. */
export const twoReplicas: Pick<FleetInput, 'models'> = { models: [{ name: 'small', engine: 'simulated', replicas: 2 }] }

/** A supervisor in a process of its own. */
export interface SupervisorProcess {
  readonly child: ChildProcess
  /** Resolves once everything answers; rejects with the message of a start that failed. */
  readonly ready: Promise<FleetStatus>
  readonly ended: Promise<void>
}

/** A machine of its own for a test: a home folder, a Fleet file, supervisors. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'fairlead-local-'))
  readonly environment: Environment = {
    ...process.env,
    HOME: this.folder,
    XDG_STATE_HOME: join(this.folder, 'state'),
    XDG_CACHE_HOME: join(this.folder, 'cache'),
  }
  readonly target: Target = createLocalTarget(standInParts)
  readonly #supervisors: SupervisorProcess[] = []
  readonly #seen: ProcessIdentity[] = []

  /** Writes a Fleet file and reads it; the gateway takes free ports unless told. */
  fleet(input: Omit<FleetInput, 'name'> & { readonly name?: string }): FleetSource {
    const full = { name: 'lab', gateway: { listen: '127.0.0.1:0' }, ...input }
    const file = join(this.folder, `${full.name}.json`)
    writeFileSync(file, JSON.stringify(full))
    return { fleet: fleetSchema.parse(full), file }
  }

  /** Starts a supervisor of its own process. */
  up(source: FleetSource): SupervisorProcess {
    const child = fork(supervisorEntry, [source.file], {
      env: this.environment,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    child.once('exit', () => end())
    const { promise: ready, resolve, reject } = Promise.withResolvers<FleetStatus>()
    child.on('message', (message: { type: string; status: FleetStatus; message: string }) => {
      if (message.type === 'ready') resolve(message.status)
      else reject(new Error(message.message))
    })
    child.once('exit', () => reject(new Error('the supervisor ended')))
    ready.catch(() => undefined)
    const supervisor = { child, ready, ended }
    this.#supervisors.push(supervisor)
    return supervisor
  }

  /** Starts a supervisor and waits until everything answers; the state as it is then. */
  async upAndReady(source = this.fleet(twoReplicas)) {
    const supervisor = this.up(source)
    const status = await supervisor.ready
    const state = await this.state(source.fleet.name)
    if (state === undefined) throw new Error('no state')
    return { supervisor, status, state }
  }

  /** What verbs that take time are given. */
  get work(): WorkContext {
    return { environment: this.environment, progress: silentProgress(), signal: new AbortController().signal }
  }

  /** Stops a Fleet; whether there was one. */
  async down(fleet: string): Promise<boolean> {
    return (await this.target.delete(fleet, {}, this.work)).wasThere
  }

  /** The state file as it is now; undefined when there is none. */
  async state(fleet = 'lab'): Promise<LocalState | undefined> {
    try {
      const text = await readFile(join(fleetStateFolder(this.environment, fleet), 'state.json'), 'utf8')
      const state = localStateSchema.parse(JSON.parse(text))
      this.#seen.push(state.supervisor, ...childrenOf(state))
      return state
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Waits for a replica in the state to be as `look` wants it. */
  untilReplica(id: string, what: string, look: (replica: LocalReplicaState) => boolean): Promise<LocalReplicaState> {
    return eventually(`${id} ${what}`, async () =>
      (await this.state())?.replicas.find((replica) => replica.id === id && look(replica)),
    )
  }

  logFile(source: string, fleet = 'lab'): string {
    return join(fleetStateFolder(this.environment, fleet), 'logs', `${source}.log`)
  }

  /** Ends everything that the test started. */
  async close(): Promise<void> {
    for (const { child } of this.#supervisors) child.kill('SIGKILL')
    await Promise.all(this.#supervisors.map(({ ended }) => ended))
    // A supervisor may also be this very process.
    for (const identity of this.#seen) if (identity.pid !== process.pid) signalProcess(identity, 'SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
