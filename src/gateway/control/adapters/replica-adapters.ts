import { z } from 'zod'
import type { RuntimeAdapters } from '../../../engines/index.ts'
import type { Logger } from '../../../observe/index.ts'
import type { ReplicaHandle } from '../../data-plane/replica-handle.ts'
import { askEngine } from '../../data-plane/ask-engine.ts'
import { decideAdapters, type DeclaredAdapter } from './decide-adapters.ts'

/** A list of models is at hand. */
const listWithinMs = 5_000
/** An adapter may have to be fetched first. */
const loadWithinMs = 10 * 60_000
/** An engine may have started anew between two probes. */
const lookAgainMs = 30_000
const firstRetryMs = 1_000
const mostRetryMs = 30_000

/** As far as adapters go, of vLLM's and SGLang's list. */
const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) })

/** What a replica's adapters are kept by. */
export interface ReplicaAdaptersParts {
  readonly handle: ReplicaHandle
  readonly paths: RuntimeAdapters
  /** Of its model, as the Fleet says now. */
  readonly declared: () => readonly DeclaredAdapter[]
  readonly logger: Logger
  /** Told when it has others than before, or is done with the first look. */
  readonly onChange: () => void
}

/**
 * Keeps the adapters of one replica: asks what it has, unloads what the Fleet names no more, loads what it lacks, and tells
 * which requests it may get. What fails is tried again, later and later.
 */
export class ReplicaAdapters {
  readonly #parts: ReplicaAdaptersParts
  readonly #end = new AbortController()
  /** Places of those that it was seen to have, by name. */
  readonly #known = new Map<string, string>()
  readonly #looked = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #isAskedAgain = false
  #retryMs = firstRetryMs
  #problem = ''

  constructor(parts: ReplicaAdaptersParts) {
    this.#parts = parts
    parts.handle.isLoadingAdapters = true
    this.look()
  }

  /** Settles once it is known which it has, or that it does not say. */
  get looked(): Promise<void> {
    return this.#looked.promise
  }

  /** It may have others than before, or should. */
  look(): void {
    clearTimeout(this.#timer)
    // What the Fleet names no more, or otherwise, is not asked for from now on.
    const names = new Map(this.#parts.declared().map(({ name, path }) => [name, path]))
    this.#tell(new Set([...this.#parts.handle.adapters].filter((name) => names.get(name) === this.#known.get(name))))
    if (this.#isLooking) this.#isAskedAgain = true
    else void this.#look()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end.abort()
    this.#looked.resolve()
    const { handle } = this.#parts
    handle.isLoadingAdapters = false
    handle.adapters = new Set()
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    let problem = ''
    do {
      this.#isAskedAgain = false
      problem = await this.#settle().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    } while (this.#isAskedAgain && !this.#end.signal.aborted)
    this.#isLooking = false
    this.#looked.resolve()
    if (this.#end.signal.aborted) return
    const { handle, logger, onChange } = this.#parts
    if (problem !== '' && problem !== this.#problem)
      logger.warn({ ...labelsOf(handle), problem }, 'adapters of a replica are not as the Fleet says; tried again')
    this.#problem = problem
    this.#retryMs = problem === '' ? firstRetryMs : Math.min(this.#retryMs * 2, mostRetryMs)
    if (handle.isLoadingAdapters) {
      handle.isLoadingAdapters = false
      onChange()
    }
    if (problem === '' && this.#parts.declared().length === 0) return
    this.#timer = setTimeout(() => this.look(), problem === '' ? lookAgainMs : this.#retryMs)
    this.#timer.unref()
  }

  /** Resolves to what went wrong; empty where the adapters are those of the Fleet. */
  async #settle(): Promise<string> {
    const { handle, declared, logger, paths } = this.#parts
    const wanted = declared()
    if (wanted.length === 0 && this.#known.size === 0) return ''
    const listed = await this.#list()
    for (const name of this.#known.keys()) if (!listed.has(name)) this.#known.delete(name)
    const { has, unload, load } = decideAdapters(wanted, listed, this.#known)
    for (const { name, path } of wanted) if (has.has(name)) this.#known.set(name, path)
    this.#tell(has)
    this.#looked.resolve()
    const problems: string[] = []
    for (const name of unload) {
      const { status, text } = await this.#order(paths.unloadPath, { lora_name: name })
      // Another gateway may have been first.
      if (status < 300 || status === 404) this.#known.delete(name)
      else problems.push(`${name} is not unloaded: status ${status} ${text.slice(0, 200)}`)
    }
    for (const { name, path } of load) {
      if (this.#known.has(name)) continue
      const { status, text } = await this.#order(paths.loadPath, { lora_name: name, lora_path: path })
      if (status >= 300) {
        problems.push(`${name} is not loaded: status ${status} ${text.slice(0, 200)}`)
        continue
      }
      this.#known.set(name, path)
      logger.info({ ...labelsOf(handle), adapter: name }, 'adapter is loaded')
      if (!this.#isAskedAgain) this.#tell(new Set([...handle.adapters, name]))
    }
    return problems.join('; ')
  }

  async #list(): Promise<ReadonlySet<string>> {
    const { status, text } = await this.#ask({ path: '/v1/models' }, listWithinMs)
    if (status !== 200) throw new Error(`status ${status} at /v1/models`)
    return new Set(modelList.parse(JSON.parse(text)).data.map(({ id }) => id))
  }

  #order(path: string, body: object) {
    return this.#ask({ path, body }, loadWithinMs)
  }

  #ask(question: Parameters<typeof askEngine>[1], timeoutMs: number) {
    return askEngine(this.#parts.handle, question, { timeoutMs, signal: this.#end.signal })
  }

  #tell(names: ReadonlySet<string>): void {
    const { handle, onChange } = this.#parts
    const isSame = handle.adapters.size === names.size && [...names].every((name) => handle.adapters.has(name))
    if (this.#end.signal.aborted || isSame) return
    handle.adapters = names
    onChange()
  }
}

const labelsOf = ({ id, replica }: ReplicaHandle) => ({ model: replica.model, replica: id })
