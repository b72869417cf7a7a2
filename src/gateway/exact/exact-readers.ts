import type { Logger } from '../../observe/contract.ts'
import { ExactPrompts } from '../data-plane/exact-prompts.ts'
import { EventTrust } from '../data-plane/event-trust.ts'
import { LearnedSizes } from '../../scheduling/index.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import type { ExactServing } from './exact-model.ts'
import { preparePrompting } from './prompting.ts'

/** Gives the models of a thread what their prompts are looked up with, as the control thread says. */
export class ExactReaders {
  readonly #catalogue: ModelCatalogue
  readonly #logger: Logger
  #known = new Map<string, { readonly memory: SharedArrayBuffer; readonly prompts: ExactPrompts }>()
  #version = 0

  constructor(catalogue: ModelCatalogue, logger: Logger) {
    this.#catalogue = catalogue
    this.#logger = logger
  }

  /** Takes these in place of those before; a model of which nothing has changed keeps what it has learnt. */
  async apply(servings: readonly ExactServing[]): Promise<void> {
    const version = (this.#version += 1)
    const next = new Map<string, { readonly memory: SharedArrayBuffer; readonly prompts: ExactPrompts }>()
    for (const serving of servings) {
      const { buffer } = serving.memory
      const known = this.#known.get(serving.model)
      const prompts = known?.memory === buffer ? known.prompts : await this.#create(serving)
      if (prompts !== null) next.set(serving.model, { memory: buffer, prompts })
    }
    // Another change may have come while a template was read.
    if (version !== this.#version) return
    this.#known = next
    this.#catalogue.takeExact(new Map([...next].map(([model, { prompts }]) => [model, prompts])))
  }

  async #create({ model, memory, trust, prompting: data }: ExactServing): Promise<ExactPrompts | null> {
    const prompting = await preparePrompting(data)
    if (typeof prompting === 'string') return null
    const series = () => this.#catalogue.find(model)?.series ?? this.#catalogue.unknown
    return new ExactPrompts({
      memory,
      prompting,
      sizes: this.#catalogue.find(model)?.sizes ?? new LearnedSizes(),
      trust: new EventTrust(trust),
      counted: (reason) => series().lookedUp(reason),
      predicted: (reason) => series().predicted(reason),
      predictionError: () => series().predictionError(),
      onTrust: (isTrusted, wrongShare, { dialect, hasImages }) => {
        const what = {
          model,
          ...(dialect === '' ? {} : { path: dialect }),
          ...(hasImages ? { prompts: 'with images' } : {}),
        }
        if (isTrusted) this.#logger.info(what, 'engines hold again what their events say: prompts are routed by it')
        else {
          const share = Math.round(wrongShare * 100) / 100
          const sentence =
            'engines report other cached tokens than their events say: prompts are routed by what was sent where'
          const hint = hasImages ? { hint: 'Engines must name images by --mm-hasher-algorithm sha256.' } : {}
          this.#logger.warn({ ...what, wrongShare: share, ...hint }, sentence)
        }
      },
    })
  }
}
