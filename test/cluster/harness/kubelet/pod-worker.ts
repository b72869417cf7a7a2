import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Pod } from '../../../../src/kubernetes/index.ts'
import { PodSandbox } from '../network/pod-sandbox.ts'
import type { BackoffLimits } from './backoff.ts'
import { ContainerRunner, type RestartPolicy } from './container-runner.ts'
import { gpusOf, gpuResource } from './devices.ts'
import { MissingReference } from './environment.ts'
import type { KubeletNode } from './kubelet-node.ts'
import type { PodContext } from './pod-context.ts'
import { phaseOf, statusOf, type PodFacts } from './pod-status.ts'
import { writeResolverFiles } from './resolver-files.ts'
import { StatusWriter } from './status-writer.ts'
import { PodVolumes, type VolumeSources } from './volumes.ts'

const lookAgainMs = 300
/** What a Pod gets to end by itself whose object is gone already. */
const orphanGraceMs = 2_000

/** Runs one Pod from the moment it is bound to the node until it is gone. */
export class PodWorker {
  readonly #node: KubeletNode
  readonly #folder: string
  readonly #writer: StatusWriter
  readonly #stopping = new AbortController()
  readonly #startTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  readonly #finished: Promise<void>
  #pod: Pod
  #failure: PodFacts['failure']
  #sandbox: PodSandbox | undefined
  #volumes: PodVolumes | undefined
  #initRunners: ContainerRunner[] = []
  #runners: ContainerRunner[] = []
  #ending: Promise<void> | undefined
  #isPoweredOff = false

  constructor(node: KubeletNode, pod: Pod, settings: { readonly folder: string; readonly backoff: BackoffLimits }) {
    this.#node = node
    this.#pod = pod
    this.#folder = settings.folder
    mkdirSync(this.#folder, { recursive: true })
    this.#writer = new StatusWriter(node.client, () =>
      this.#isPoweredOff ? undefined : { pod: this.#pod, status: this.#status() },
    )
    this.#finished = this.#run(settings.backoff)
    this.#finished.catch((error: Error) => {
      this.#failure ??= { reason: 'KubeletError', message: error.stack ?? error.message }
      this.#writer.write()
    })
    if (pod.metadata?.deletionTimestamp !== undefined) this.update(pod)
  }

  get pod(): Pod {
    return this.#pod
  }

  get folder(): string {
    return this.#folder
  }

  /** Undefined before it has a sandbox. */
  get address(): string | undefined {
    return this.#sandbox?.address
  }

  get runners(): readonly ContainerRunner[] {
    return [...this.#initRunners, ...this.#runners]
  }

  runner(container: string): ContainerRunner | undefined {
    return this.runners.find((runner) => runner.container.name === container)
  }

  /** The Pod's object has changed. */
  update(pod: Pod): void {
    this.#pod = pod
    if (pod.metadata?.deletionTimestamp === undefined) return
    this.#ending ??= this.#leave((pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000, true)
  }

  /** The Pod's object is gone; resolves when nothing of it runs. */
  async remove(): Promise<void> {
    this.#ending ??= this.#leave(orphanGraceMs, false)
    await this.#ending
  }

  /** ConfigMaps, Secrets or claims have changed. */
  async refreshVolumes(): Promise<void> {
    if (this.#sandbox === undefined || this.#stopping.signal.aborted) return
    // What has gone missing stays as it was.
    await this.#volumes?.prepare(this.#pod).catch(() => {})
  }

  /** The node has lost its power: nothing more is said, answered or done. */
  async powerOff(): Promise<void> {
    this.#isPoweredOff = true
    await this.#sandbox?.unplug()
    this.#stopping.abort()
    await Promise.all([...this.#runners, ...this.#initRunners].map((runner) => runner.stop(0)))
    await this.#cleanUp()
  }

  #note(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (!this.#isPoweredOff) this.#node.events.note(this.#pod, type, reason, message)
  }

  #facts(): PodFacts {
    return {
      pod: this.#pod,
      hostAddress: this.#node.address,
      startTime: this.#startTime,
      podAddress: this.#sandbox?.address,
      initContainers: this.#initRunners.map(({ status }) => status),
      containers: this.#runners.map(({ status }) => status),
      failure: this.#failure,
    }
  }

  #status() {
    return statusOf(this.#facts(), new Date().toISOString().replace(/\.\d+Z$/, 'Z'))
  }

  async #run(backoff: BackoffLimits): Promise<void> {
    // Bound to a node that was away, and deleted meanwhile.
    if (this.#pod.metadata?.deletionTimestamp !== undefined) return
    const gpus = this.#node.devices.take(this.#pod)
    if (gpus === undefined) {
      const message = `Node didn't have enough resource: ${gpuResource}, requested: ${gpusOf(this.#pod)}`
      this.#failure = { reason: `OutOf${gpuResource}`, message }
      this.#note('Warning', this.#failure.reason, message)
      this.#writer.write()
      return
    }
    this.#writer.write()
    this.#volumes = new PodVolumes(join(this.#folder, 'volumes'), this.#node.folder, this.#sources())
    await this.#prepareVolumes(this.#volumes)
    if (this.#stopping.signal.aborted) return
    const { hostname = this.#pod.metadata?.name ?? '' } = this.#pod.spec ?? {}
    this.#sandbox = await PodSandbox.start(this.#node.nextPodAddress(), hostname)
    const context = this.#context(this.#sandbox, this.#volumes, gpus, backoff)
    const { initContainers = [], containers = [], restartPolicy = 'Always' } = this.#pod.spec ?? {}
    const initPolicy: RestartPolicy = restartPolicy === 'Never' ? 'Never' : 'OnFailure'
    const waitingFor = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'
    this.#initRunners = initContainers.map(
      (each) =>
        new ContainerRunner(context, each, each.restartPolicy === 'Always' ? 'Always' : initPolicy, 'PodInitializing'),
    )
    this.#runners = containers.map((each) => new ContainerRunner(context, each, restartPolicy, waitingFor))
    this.#writer.write()
    if (!(await this.#initialize())) return
    await Promise.all(this.#runners.map((runner) => runner.run()))
    if (this.#stopping.signal.aborted) return
    await Promise.all(this.#sidecars().map((runner) => runner.stop(orphanGraceMs)))
    this.#writer.write()
    this.#node.devices.giveBack(this.#pod)
  }

  #sidecars(): readonly ContainerRunner[] {
    return this.#initRunners.filter(({ container }) => container.restartPolicy === 'Always')
  }

  async #prepareVolumes(volumes: PodVolumes): Promise<void> {
    let told = ''
    while (!this.#stopping.signal.aborted) {
      try {
        await volumes.prepare(this.#addressedPod())
        return
      } catch (error) {
        if (!(error instanceof MissingReference)) throw error
        if (told !== error.message) this.#note('Warning', 'FailedMount', `MountVolume.SetUp failed: ${error.message}`)
        told = error.message
        await delay(lookAgainMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
      }
    }
  }

  /** The Pod with the addresses that it has here, which the API server may not know yet. */
  #addressedPod(): Pod {
    const podIP = this.#sandbox?.address
    const status = { ...this.#pod.status, hostIP: this.#node.address, ...(podIP === undefined ? {} : { podIP }) }
    return { ...this.#pod, status }
  }

  #context(sandbox: PodSandbox, volumes: PodVolumes, gpus: readonly string[], backoff: BackoffLimits): PodContext {
    const { resolver, hosts } = writeResolverFiles(this.#folder, this.#pod, sandbox.address)
    const { compiledFolder, images, faults, hasUsers, apiVariables } = this.#node
    return {
      pod: () => this.#addressedPod(),
      sandbox,
      volumes,
      references: this.#sources(),
      folder: this.#folder,
      resolverFile: resolver,
      hostsFile: hosts,
      compiledFolder,
      images,
      faults,
      backoff,
      hasUsers,
      variables: gpus.length === 0 ? apiVariables : { ...apiVariables, NVIDIA_VISIBLE_DEVICES: gpus.join(',') },
      note: (type, reason, message) => this.#note(type, reason, message),
      onChange: () => this.#writer.write(),
    }
  }

  #sources(): VolumeSources {
    return this.#node.sources(this.#pod.metadata?.namespace ?? '')
  }

  /** Init containers one after the other; resolves to whether the others may start. */
  async #initialize(): Promise<boolean> {
    for (const runner of this.#initRunners) {
      if (runner.container.restartPolicy === 'Always') {
        void runner.run()
        await Promise.race([runner.started, this.#stopped()])
      } else await runner.run()
      if (this.#stopping.signal.aborted || phaseOf(this.#facts()) === 'Failed') return false
    }
    return true
  }

  #stopped(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#stopping.signal.aborted) resolve()
    this.#stopping.signal.addEventListener('abort', () => resolve(), { once: true })
    return promise
  }

  async #leave(graceMs: number, isAsked: boolean): Promise<void> {
    const names = this.#runners.filter(({ status }) => status.state?.running).map(({ container }) => container.name)
    for (const name of names) this.#note('Normal', 'Killing', `Stopping container ${name}`)
    this.#stopping.abort()
    const deadline = performance.now() + graceMs
    await Promise.all(this.#runners.map((runner) => runner.stop(graceMs)))
    const left = Math.max(0, deadline - performance.now())
    await Promise.all(this.#initRunners.map((runner) => runner.stop(left)))
    await this.#finished.catch(() => {})
    if (this.#isPoweredOff) return
    if (isAsked) await this.#writer.finish()
    await this.#cleanUp()
    this.#node.devices.giveBack(this.#pod)
    if (isAsked) await this.#node.confirmDeletion(this.#pod)
  }

  async #cleanUp(): Promise<void> {
    this.#sandbox?.stop()
    await this.#volumes?.remove().catch(() => {})
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
