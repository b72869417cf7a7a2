import { setTimeout as delay } from 'node:timers/promises'
import type { Container, ContainerState, ContainerStatus } from '../../../../src/kubernetes/index.ts'
import { Backoff } from './backoff.ts'
import { ContainerProcess, type ContainerEnd, type ContainerTask } from './container-process.ts'
import { makeTask, WrongContainer } from './container-task.ts'
import { MissingReference } from './environment.ts'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { executeIn, startIn } from './execute.ts'
import { findImage, type LocalImage } from './images.ts'
import { runHook } from './lifecycle-hook.ts'
import type { PodContext } from './pod-context.ts'
import { runProbes } from './container-probes.ts'
import type { ProbedContainer } from './probe.ts'

/** When a container is started again. */
export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

/** How often what a container waits for is looked for. */
const lookAgainMs = 300
/** A container that has no time left still gets this much to end by itself. */
const leastGraceMs = 2_000

const timestamp = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z')

/** One container of a Pod over all its starts: image, process, probes, restarts, end. */
export class ContainerRunner {
  readonly container: Container
  readonly #context: PodContext
  readonly #policy: RestartPolicy
  readonly #stopping = new AbortController()
  readonly #startedOnce = Promise.withResolvers<void>()
  #state: ContainerState
  #lastState: ContainerState = {}
  #restarts = 0
  #isReady = false
  #isStarted = false
  #process: ContainerProcess | undefined
  #task: ContainerTask | undefined
  #endReason: string | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(context: PodContext, container: Container, policy: RestartPolicy, waitingFor: string) {
    this.#context = context
    this.container = container
    this.#policy = policy
    this.#state = { waiting: { reason: waitingFor } }
  }

  get status(): ContainerStatus {
    const { name, image = '' } = this.container
    return {
      name,
      image,
      imageID: this.#context.images.has(image) ? `process://${image}` : '',
      ...(this.#process === undefined
        ? {}
        : { containerID: `process://${this.#context.pod().metadata?.uid}/${name}/${this.#restarts}` }),
      state: this.#state,
      lastState: this.#lastState,
      restartCount: this.#restarts,
      ready: this.#isReady,
      started: this.#isStarted,
    }
  }

  /** Resolves once its startup probe has passed for the first time, or it runs and has none. */
  get started(): Promise<void> {
    return this.#startedOnce.promise
  }

  /** Starts it, and again as its policy says; resolves when it has ended for good. */
  run(): Promise<void> {
    this.#ended = this.#live()
    return this.#ended
  }

  /** preStop, SIGTERM, and SIGKILL when the time is over. Resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort()
    await this.#end(graceMs)
    await this.#ended
  }

  /** Ends it as the kernel does when memory is short. */
  kill(reason: string): void {
    this.#endReason = reason
    this.#process?.signal('SIGKILL')
  }

  /** Runs a command in it, as `kubectl exec` does. */
  execute(command: readonly string[], timeoutMs: number): Promise<{ readonly code: number; readonly output: string }> {
    if (this.#process === undefined || this.#task === undefined)
      return Promise.resolve({ code: 1, output: 'container not running' })
    return executeIn(this.#process, this.#task, command, timeoutMs)
  }

  /** Starts a command in it; undefined where it does not run. */
  start(command: readonly string[]): ChildProcessWithoutNullStreams | undefined {
    if (this.#process === undefined || this.#task === undefined) return undefined
    return startIn(this.#process, this.#task, command)
  }

  get #probed(): ProbedContainer {
    const execute = (command: readonly string[], timeoutMs: number) => this.execute(command, timeoutMs)
    return { container: this.container, podAddress: this.#context.sandbox.address, execute }
  }

  #set(state: ContainerState): void {
    this.#state = state
    this.#context.onChange()
  }

  #wait(reason: string, message: string): void {
    const { waiting } = this.#state
    if (waiting?.reason === reason && waiting.message === message) return
    this.#set({ waiting: { reason, message } })
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }

  async #live(): Promise<void> {
    const backoff = new Backoff(this.#context.backoff)
    for (;;) {
      const process = await this.#start()
      if (process === undefined) return
      const end = await this.#watch(process)
      const isWanted = this.#policy === 'Always' || (this.#policy === 'OnFailure' && end.exitCode !== 0)
      if (!isWanted || this.#stopping.signal.aborted) return
      const waitMs = backoff.next()
      this.#lastState = this.#state
      if (waitMs > 0) {
        const message = `back-off ${waitMs / 1000}s restarting failed container=${this.container.name}`
        this.#context.note('Warning', 'BackOff', `Back-off restarting failed container ${this.container.name}`)
        this.#wait('CrashLoopBackOff', message)
        await this.#pause(waitMs)
        if (this.#stopping.signal.aborted) {
          this.#set(this.#lastState)
          return
        }
      }
      this.#restarts += 1
    }
  }

  /** Undefined when it was stopped before it could start. */
  async #start(): Promise<ContainerProcess | undefined> {
    const image = await this.#pull()
    if (image === undefined) return undefined
    while (!this.#stopping.signal.aborted) {
      try {
        this.#task = makeTask(this.#context, this.container, image, this.#restarts)
        this.#process = new ContainerProcess(this.#task)
        this.#endReason = undefined
        this.#context.note('Normal', 'Started', `Started container ${this.container.name}`)
        return this.#process
      } catch (error) {
        if (!(error instanceof MissingReference || error instanceof WrongContainer)) throw error
        if (this.#state.waiting?.message !== error.message)
          this.#context.note('Warning', 'Failed', `Error: ${error.message}`)
        this.#wait('CreateContainerConfigError', error.message)
        await this.#pause(lookAgainMs)
      }
    }
    return undefined
  }

  async #pull(): Promise<LocalImage | undefined> {
    const { image: name = '', imagePullPolicy } = this.container
    const { images, faults, note } = this.#context
    const backoff = new Backoff(this.#context.backoff)
    while (!this.#stopping.signal.aborted) {
      const image = findImage(name)
      const failure = faults.pullFailure(name) ?? (image === undefined ? 'no such image on this machine' : undefined)
      if (image !== undefined && images.has(name) && imagePullPolicy !== 'Always') {
        note('Normal', 'Pulled', `Container image "${name}" already present on machine`)
        return image
      }
      if (failure === undefined && imagePullPolicy !== 'Never') {
        images.add(name)
        note('Normal', 'Pulled', `Successfully pulled image "${name}"`)
        return image
      }
      const message = `failed to pull and unpack image "${name}": ${failure ?? 'pull policy is Never'}`
      note('Warning', 'Failed', `Failed to pull image "${name}": ${message}`)
      this.#wait('ErrImagePull', message)
      await this.#pause(lookAgainMs)
      this.#wait('ImagePullBackOff', `Back-off pulling image "${name}": ErrImagePull: ${message}`)
      await this.#pause(Math.max(lookAgainMs, backoff.next()))
    }
    return undefined
  }

  /** Probes a process until it ends, and notes how it ended. */
  async #watch(process: ContainerProcess): Promise<ContainerEnd> {
    const probing = new AbortController()
    this.#isStarted = this.container.startupProbe === undefined
    this.#isReady = this.#isStarted && this.container.readinessProbe === undefined
    this.#set({ running: { startedAt: timestamp(process.startedAt) } })
    if (this.#isStarted) this.#startedOnce.resolve()
    const { postStart } = this.container.lifecycle ?? {}
    if (postStart !== undefined) void this.#afterStart(postStart)
    void runProbes(this.#probed, {
      signal: probing.signal,
      stopping: this.#stopping.signal,
      onFailure: (kind, failure) => this.#context.note('Warning', 'Unhealthy', `${kind} probe failed: ${failure}`),
      onStarted: () => this.#onStarted(),
      onReady: (isReady) => this.#onReady(isReady),
      onDead: (kind) => this.#onDead(kind),
    })
    const end = await process.ended
    probing.abort()
    this.#isReady = false
    this.#isStarted = false
    const reason = this.#endReason ?? (end.exitCode === 0 ? 'Completed' : 'Error')
    const times = { startedAt: timestamp(process.startedAt), finishedAt: timestamp(new Date()) }
    this.#set({ terminated: { exitCode: end.exitCode, reason, ...times } })
    return end
  }

  #onStarted(): void {
    this.#isStarted = true
    this.#isReady = this.container.readinessProbe === undefined
    this.#startedOnce.resolve()
    this.#context.onChange()
  }

  #onReady(isReady: boolean): void {
    if (this.#isReady === isReady) return
    this.#isReady = isReady
    this.#context.onChange()
  }

  #onDead(kind: string): void {
    const { name } = this.container
    this.#context.note('Normal', 'Killing', `Container ${name} failed ${kind} probe, will be restarted`)
    void this.#end((this.#context.pod().spec?.terminationGracePeriodSeconds ?? 30) * 1000)
  }

  async #afterStart(handler: NonNullable<Container['lifecycle']>['postStart'] & object): Promise<void> {
    const failure = await runHook(handler, this.#probed, 60_000)
    if (failure === undefined) return
    this.#context.note('Warning', 'FailedPostStartHook', failure)
    await this.#end(leastGraceMs)
  }

  async #end(graceMs: number): Promise<void> {
    const process = this.#process
    if (process === undefined || this.#state.running === undefined) return
    const deadline = performance.now() + graceMs
    const ended = process.ended
    const { preStop } = this.container.lifecycle ?? {}
    if (preStop !== undefined && graceMs > 0) {
      const failure = await Promise.race([runHook(preStop, this.#probed, graceMs), ended.then(() => undefined)])
      if (failure !== undefined) this.#context.note('Warning', 'FailedPreStopHook', failure)
    }
    process.signal('SIGTERM')
    const late = new AbortController()
    const left = Math.max(graceMs === 0 ? 0 : leastGraceMs, deadline - performance.now())
    const kill = delay(left, undefined, { signal: late.signal }).then(
      () => process.signal('SIGKILL'),
      () => {},
    )
    await ended
    late.abort()
    await kill
  }
}
