import type { Workload } from './contract.ts'

/** A prompt as engines, indexes and the oracle compare it. */
export interface Prompt {
  /** A number for each unit of the context and all before it: two contexts are equal as far as their units are. */
  readonly units: readonly number[]
  /** Tokens that `units` name: the prompt's, and the answer's where a later prompt is known to contain it. */
  readonly namedTokens: number
  readonly tokens: number
}

/**
 * The prompts of a workload. A block's id becomes a number for it and all before it, so that ids may mean a block's own
 * text or its whole beginning. The answer of a turn is named as the next turn of its session names it, when that one's
 * prompt goes on from this one's: engines keep answers, and the next turn finds them.
 */
export function preparePrompts({ requests, blockTokens }: Workload): readonly Prompt[] {
  const nodes = new Nodes()
  return contextsOf({ requests, blockTokens }).map(({ blocks, namedTokens }, place) => {
    let node = 0
    const units = blocks.map((id) => {
      node = nodes.after(node, id)
      return node
    })
    return { units, namedTokens, tokens: requests[place]?.promptTokens ?? 0 }
  })
}

/** Units that all prompts begin with; 0 where there is one prompt, or none. */
export function commonUnits(prompts: readonly Prompt[]): number {
  const [first, ...others] = prompts
  if (first === undefined || others.length === 0) return 0
  let count = first.units.length
  for (const { units } of others) {
    // A unit stands for all before it too.
    while (count > 0 && units[count - 1] !== first.units[count - 1]) count -= 1
  }
  return count
}

/** Numbers, from 1 on, for ids behind beginnings. */
class Nodes {
  #count = 0
  /** Number and predecessor of each id, as it came first: in most traces an id has one predecessor only. */
  readonly #firsts = new Map<number, { readonly parent: number; readonly node: number }>()
  readonly #others = new Map<string, number>()

  after(parent: number, id: number): number {
    const first = this.#firsts.get(id)
    if (first?.parent === parent) return first.node
    const key = `${parent} ${id}`
    const known = first === undefined ? undefined : this.#others.get(key)
    if (known !== undefined) return known
    this.#count += 1
    if (first === undefined) this.#firsts.set(id, { parent, node: this.#count })
    else this.#others.set(key, this.#count)
    return this.#count
  }
}

interface Context {
  readonly blocks: readonly number[]
  readonly namedTokens: number
}

/** Prompt and, where known, answer of each request. */
function contextsOf({ requests, blockTokens }: Pick<Workload, 'requests' | 'blockTokens'>): readonly Context[] {
  const contexts: Context[] = requests.map(({ blocks, promptTokens }) => {
    const whole = blocks.slice(0, Math.ceil(promptTokens / blockTokens))
    return { blocks: whole, namedTokens: Math.min(promptTokens, whole.length * blockTokens) }
  })
  // The last turn first, so that each has the names that the last one gives.
  for (let place = requests.length - 1; place >= 0; place -= 1) {
    const after = requests[place]?.after ?? -1
    const before = requests[after]
    const own = contexts[place]
    if (before === undefined || own === undefined) continue
    const tokens = before.promptTokens + before.outputTokens
    const whole = Math.floor(before.promptTokens / blockTokens)
    const isGoingOn =
      own.namedTokens >= tokens && before.blocks.slice(0, whole).every((id, index) => id === own.blocks[index])
    if (isGoingOn) {
      contexts[after] = { blocks: own.blocks.slice(0, Math.ceil(tokens / blockTokens)), namedTokens: tokens }
    }
  }
  return contexts
}
