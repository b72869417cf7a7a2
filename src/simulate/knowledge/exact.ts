import type { KvListener } from '../../engines/index.ts'
import type { Prompt } from '../prepare-prompts.ts'
import { usableTokens, type KnowledgeSize, type PrefixKnowledge } from './contract.ts'

/** What the replicas have of a unit. */
interface UnitHolders {
  /** Blocks that each replica holds, as its engine said. */
  readonly held: Uint16Array
  /** Prompts with this unit that each replica was sent and has not computed yet. */
  readonly coming: Uint32Array
}

/**
 * What engines say that they hold, and what was sent and is going to be held. The events come at once here, where real
 * ones take a millisecond or two.
 */
export class ExactKnowledge implements PrefixKnowledge {
  readonly #size: KnowledgeSize
  readonly #units = new Map<number, UnitHolders>()
  /** Replicas that still match, while a prompt is walked. */
  readonly #matching: Int32Array

  constructor(size: KnowledgeSize) {
    this.#size = size
    this.#matching = new Int32Array(size.replicas)
  }

  match(prompt: Prompt, into: Int32Array): void {
    const { replicas, unitTokens, blockTokens } = this.#size
    const matching = this.#matching
    into.fill(0)
    let left = replicas
    for (let place = 0; place < replicas; place += 1) matching[place] = place
    for (let unit = 0; unit * unitTokens < prompt.tokens && left > 0; unit += 1) {
      const holders = this.#units.get(prompt.units[unit] ?? -1)
      if (holders === undefined) break
      const tokens = Math.min(unitTokens, prompt.tokens - unit * unitTokens)
      let still = 0
      for (let index = 0; index < left; index += 1) {
        const place = matching[index] ?? 0
        const has = holders.coming[place] === 0 ? (holders.held[place] ?? 0) * blockTokens : tokens
        into[place] = unit * unitTokens + Math.min(has, tokens)
        if (has < tokens) continue
        matching[still] = place
        still += 1
      }
      left = still
    }
    for (let place = 0; place < replicas; place += 1) {
      into[place] = usableTokens(into[place] ?? 0, prompt.tokens, blockTokens)
    }
  }

  sent(prompt: Prompt, place: number): void {
    this.#expect(prompt, place, 1)
  }

  computed(prompt: Prompt, place: number): void {
    this.#expect(prompt, place, -1)
  }

  forget(place: number): void {
    for (const [unit, holders] of this.#units) {
      holders.held[place] = 0
      this.#forgetEmpty(unit, holders)
    }
  }

  listenerFor(place: number): KvListener {
    const note = (unit: number, blocks: number): void => {
      const holders = this.#holdersOf(unit)
      holders.held[place] = blocks
      if (blocks === 0) this.#forgetEmpty(unit, holders)
    }
    return { stored: note, removed: note }
  }

  #expect({ units, tokens }: Prompt, place: number, change: number): void {
    const count = Math.min(units.length, Math.ceil(tokens / this.#size.unitTokens))
    for (let index = 0; index < count; index += 1) {
      const unit = units[index] ?? 0
      const holders = this.#holdersOf(unit)
      holders.coming[place] = (holders.coming[place] ?? 0) + change
      if (change < 0) this.#forgetEmpty(unit, holders)
    }
  }

  #holdersOf(unit: number): UnitHolders {
    let holders = this.#units.get(unit)
    if (holders === undefined) {
      holders = { held: new Uint16Array(this.#size.replicas), coming: new Uint32Array(this.#size.replicas) }
      this.#units.set(unit, holders)
    }
    return holders
  }

  #forgetEmpty(unit: number, { held, coming }: UnitHolders): void {
    for (let place = 0; place < held.length; place += 1) if (held[place] !== 0 || coming[place] !== 0) return
    this.#units.delete(unit)
  }
}
