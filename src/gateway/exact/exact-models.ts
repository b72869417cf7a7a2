import { goesByKvEvents, type Fleet, type Model } from '../../fleet/index.ts'
import type { Logger } from '../../observe/index.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { subscribeKvEvents } from '../kv-events/index.ts'
import { ExactModel, type ExactReport, type ExactServing } from './exact-model.ts'
import type { FilesContext } from './model-files.ts'

/** What exact routing works with. */
export interface ExactModelsOptions {
  readonly fleet: Pick<Fleet, 'models'>
  readonly files: FilesContext
  readonly logger: Logger
  readonly subscribe: typeof subscribeKvEvents
  /** Threads are to be told what `serving` says now. */
  readonly onChange: () => void
}

/** Exact routing of all models that ask for it. */
export class ExactModels {
  readonly #options: ExactModelsOptions
  #models = new Map<string, { readonly model: ExactModel; readonly key: string }>()
  #handles: readonly ReplicaHandle[] = []

  constructor(options: ExactModelsOptions) {
    this.#options = options
    this.replace(options.fleet)
  }

  /** What threads look prompts up with. */
  get serving(): readonly ExactServing[] {
    return [...this.#models.values()].flatMap(({ model }) => model.serving ?? [])
  }

  get reports(): readonly ExactReport[] {
    return [...this.#models.values()].map(({ model }) => model.report)
  }

  /** The Fleet is another one; a model of which nothing has changed that matters here goes on. */
  replace(fleet: Pick<Fleet, 'models'>): void {
    const before = this.#models
    this.#models = new Map()
    for (const model of fleet.models) {
      if (!asksForIt(model)) continue
      const key = keyOf(model)
      const known = before.get(model.name)
      this.#models.set(model.name, known?.key === key ? known : { key, model: this.#create(model) })
    }
    const gone = [...before].filter(([name, { model }]) => this.#models.get(name)?.model !== model)
    for (const [, { model }] of gone) void model.close()
    this.sync(this.#handles)
    if (gone.length > 0) this.#options.onChange()
  }

  /** Replicas have come or gone, or stand otherwise. */
  sync(handles: readonly ReplicaHandle[]): void {
    this.#handles = handles
    for (const [name, { model }] of this.#models) {
      model.sync(handles.filter(({ replica }) => replica.model === name))
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#models.values()].map(({ model }) => model.close()))
  }

  #create(model: Model): ExactModel {
    const { files, logger, subscribe, onChange } = this.#options
    return new ExactModel({ model, engineName: model.upstreamModel ?? model.name, files, logger, subscribe, onChange })
  }
}

/** Whether a model is to be routed so, where it can be: asked for, or `auto` and the Fleet says where events are. */
function asksForIt({ routing, kvCache }: Model): boolean {
  if (!kvCache.prefixCaching) return false
  if (goesByKvEvents(routing.policy)) return true
  return routing.policy === 'auto' && kvCache.events.endpoints.length > 0
}

/** What, when it changes, makes another model of it. */
function keyOf({ source, revision, engine, upstreamModel, engineArgs, chat, routing, parallelism }: Model): string {
  return JSON.stringify([source, revision, engine, upstreamModel, engineArgs, chat, routing.prefix.blocks, parallelism])
}
