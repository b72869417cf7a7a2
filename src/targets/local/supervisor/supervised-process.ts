import { processStartTime, type Environment } from '../../../files/index.ts'
import type { ProcessIdentity, ProcessState } from '../../../discovery/index.ts'
import type { EngineName } from '../../../fleet/index.ts'
import { startChild, type Child, type CommandLine } from './child.ts'
import type { Clock } from './clock.ts'
import type { LogFile } from './log-file.ts'
import { describeEnd, type ProcessEnd } from './process-end.ts'
import { decideRestart, type RestartPolicy } from './restart-policy.ts'
import { summariseEnd } from './verdict.ts'

/** What a supervised process is: how it starts, and how one sees that it serves. */
export interface ProcessRole {
  /** As in logs and state: `gateway`, or a replica's id. */
  readonly name: string
  /** The engine that it runs; absent for the gateway. */
  readonly engine?: EngineName
  /** Longest time from start until it serves. */
  readonly startupBudgetMs: number
  /** Whether an end before it ever served is final, instead of being tried again. */
  readonly mustServeAtFirst: boolean
  /** The command line of the next start; a rejection counts as a crash. */
  commandLine(): Promise<CommandLine>
  /** Resolves once it serves; rejects when `signal` fires. */
  untilServing(child: Child, signal: AbortSignal): Promise<void>
  /** Resolves with a problem when it serves no more although it runs; never resolves before `signal` otherwise. */
  untilUnresponsive?(signal: AbortSignal): Promise<string | undefined>
  /** A message from it over IPC. */
  onMessage?(message: unknown): void
  /** It ended; whatever it left behind is to be ended too. */
  onEnd?(): void
}

/** What is known of a supervised process now. */
export interface ProcessView {
  readonly state: ProcessState
  readonly process: ProcessIdentity | null
  readonly starts: number
  /** When it came into this state. */
  readonly since: Date
  readonly lastError: string | null
}

/** What a process is supervised with. */
export interface SupervisionTools {
  readonly clock: Clock
  readonly policy: RestartPolicy
  readonly environment: Environment
  readonly log: LogFile
  readonly onChange: (view: ProcessView) => void
}

/** How the first phase of a supervised process came out. */
export type FirstOutcome =
  | { readonly kind: 'serves' }
  | { readonly kind: 'crash-loop' | 'ended'; readonly crashes: number; readonly end: ProcessEnd }
  | { readonly kind: 'stopped' }

/** A process that is kept running until it is stopped. */
export class SupervisedProcess {
  readonly role: ProcessRole
  /** Resolves when it serves for the first time, or is judged not to. */
  readonly firstOutcome: Promise<FirstOutcome>
  readonly #tools: SupervisionTools
  readonly #stopping = new AbortController()
  readonly #settleFirst: (outcome: FirstOutcome) => void
  #view: ProcessView
  #child: Child | undefined
  #running: Promise<void> | undefined

  constructor(role: ProcessRole, tools: SupervisionTools) {
    this.role = role
    this.#tools = tools
    const { promise, resolve } = Promise.withResolvers<FirstOutcome>()
    this.firstOutcome = promise
    this.#settleFirst = resolve
    this.#view = { state: 'preparing', process: null, starts: 0, since: new Date(tools.clock.now()), lastError: null }
  }

  get view(): ProcessView {
    return this.#view
  }

  get log(): LogFile {
    return this.#tools.log
  }

  /** Starts it and keeps it running; calls after the first change nothing. */
  start(): void {
    if (!this.#stopping.signal.aborted) this.#running ??= this.#keepRunning()
  }

  /** It is going to be stopped: it says so in its state, and is not started again when it ends by itself. */
  announceStop(): void {
    this.#stopping.abort()
    this.#change({ state: 'stopping' })
  }

  /** Ends it: SIGTERM, then SIGKILL to its whole group after `graceMs` or as soon as `killSignal` fires. */
  async stop(graceMs: number, killSignal: AbortSignal): Promise<void> {
    this.#stopping.abort()
    if (this.#child !== undefined) {
      this.#change({ state: 'stopping' })
      this.#child.signal('SIGTERM')
      const child = this.#child
      const hasEnded = await Promise.race([
        child.ended.then(() => true),
        this.#tools.clock.wait(graceMs, killSignal).then(() => false),
      ])
      if (!hasEnded) {
        this.#tools.log.event(killSignal.aborted ? 'killed at once' : `did not end within ${graceMs} ms; killed`)
        child.killGroup()
      }
    }
    await this.#running
    this.#change({ state: 'stopped', process: null })
    this.#settleFirst({ kind: 'stopped' })
    this.#tools.log.close()
  }

  async #keepRunning(): Promise<void> {
    const { clock, policy, log } = this.#tools
    let crashes = 0
    while (!this.#stopping.signal.aborted) {
      const { end, servedMs, hasServed } = await this.#runOnce()
      if (this.#stopping.signal.aborted) return
      const decision = decideRestart(policy, crashes, servedMs, clock.random())
      crashes = decision.crashes
      const isFinal = this.role.mustServeAtFirst && this.#view.starts === 1 && !hasServed
      const state = isFinal ? 'stopped' : decision.state
      this.#change({ state, process: null, lastError: summariseEnd(end, this.role.engine) })
      log.event(`${describeEnd(end)}; ${isFinal ? 'not started again' : `next start in ${decision.delayMs} ms`}`)
      if (isFinal) return this.#settleFirst({ kind: 'ended', crashes, end })
      if (state === 'crash-loop') this.#settleFirst({ kind: 'crash-loop', crashes, end })
      await clock.wait(decision.delayMs, this.#stopping.signal)
    }
  }

  /** One life of the process, from start to end. */
  async #runOnce(): Promise<{ end: ProcessEnd; servedMs: number; hasServed: boolean }> {
    const { clock, environment, log } = this.#tools
    log.forget()
    let child: Child
    try {
      const commandLine = await this.role.commandLine()
      if (this.#stopping.signal.aborted) {
        return { end: { code: null, signal: null, lastLines: [] }, servedMs: 0, hasServed: false }
      }
      child = startChild(
        commandLine,
        environment,
        (line) => log.append(line),
        (message) => this.role.onMessage?.(message),
      )
    } catch (error) {
      const problem = `could not be started: ${error instanceof Error ? error.message : String(error)}`
      this.#change({ starts: this.#view.starts + 1 })
      return { end: { code: null, signal: null, problem, lastLines: [] }, servedMs: 0, hasServed: false }
    }
    this.#child = child
    const startTime = child.pid === undefined ? undefined : processStartTime(child.pid)
    this.#change({
      state: 'starting',
      starts: this.#view.starts + 1,
      process: child.pid === undefined || startTime === undefined ? null : { pid: child.pid, startTime },
    })
    log.event(`started, pid ${child.pid ?? 'none'}, start ${this.#view.starts}`)
    const life = new AbortController()
    const ended = child.ended.finally(() => life.abort())
    let readyAt: number | undefined
    const serving = this.#watchOver(child, life.signal, () => {
      readyAt = clock.now()
      this.#change({ state: 'ready' })
      this.#settleFirst({ kind: 'serves' })
    })
    const [how, problem] = await Promise.all([ended, serving])
    this.#child = undefined
    this.role.onEnd?.()
    const end = { ...how, ...(problem === undefined ? {} : { problem }), lastLines: [...log.lastLines] }
    return { end, servedMs: readyAt === undefined ? 0 : clock.now() - readyAt, hasServed: readyAt !== undefined }
  }

  /** Sees it become ready, then stay responsive; kills it when it does not, and resolves with the problem. */
  async #watchOver(child: Child, life: AbortSignal, onServing: () => void): Promise<string | undefined> {
    const { clock } = this.#tools
    const budget = new AbortController()
    const attempt = AbortSignal.any([life, budget.signal])
    const isServing = await Promise.race([
      this.role.untilServing(child, attempt).then(
        () => true,
        () => false,
      ),
      clock.wait(this.role.startupBudgetMs, attempt).then(() => false),
    ])
    budget.abort()
    if (life.aborted || this.#stopping.signal.aborted) return undefined
    let problem: string | undefined
    if (isServing) {
      onServing()
      problem = await this.role.untilUnresponsive?.(life)
    } else {
      problem = `did not serve within ${Math.round(this.role.startupBudgetMs / 100) / 10} s of its start`
    }
    if (problem === undefined || life.aborted || this.#stopping.signal.aborted) return undefined
    child.killGroup()
    return problem
  }

  #change(part: Partial<ProcessView>): void {
    const hasNewState = part.state !== undefined && part.state !== this.#view.state
    this.#view = { ...this.#view, ...part, ...(hasNewState ? { since: new Date(this.#tools.clock.now()) } : {}) }
    this.#tools.onChange(this.#view)
  }
}
