import { formatCount } from './amounts.ts'
import type { DecidedBy, Decision } from './contract.ts'

/** Settings of a replica in the order in which they were decided; a later decision about a field takes its place. */
export class Decisions {
  readonly #byField = new Map<string, Decision>()

  /** Decides a field; `undefined` is no decision. */
  set(field: string, value: Decision['value'] | undefined, by: DecidedBy, reason: string, text = textOf(value)): this {
    if (value !== undefined) this.#byField.set(field, { field, value, text, by, reason })
    return this
  }

  /** A value from the Fleet; nothing when it has none. */
  fromFleet(field: string, value: Decision['value'] | undefined, text = textOf(value)): this {
    return this.set(field, value, 'fleet', 'from the Fleet', text)
  }

  has(field: string): boolean {
    return this.#byField.has(field)
  }

  get(field: string): Decision | undefined {
    return this.#byField.get(field)
  }

  number(field: string): number | undefined {
    const value = this.#byField.get(field)?.value
    return typeof value === 'number' ? value : undefined
  }

  text(field: string): string | undefined {
    const value = this.#byField.get(field)?.value
    return typeof value === 'string' ? value : undefined
  }

  truth(field: string): boolean | undefined {
    const value = this.#byField.get(field)?.value
    return typeof value === 'boolean' ? value : undefined
  }

  list(): Decision[] {
    return [...this.#byField.values()]
  }
}

function textOf(value: Decision['value'] | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'number') return value ?? ''
  return Number.isInteger(value) ? formatCount(value) : String(value)
}
