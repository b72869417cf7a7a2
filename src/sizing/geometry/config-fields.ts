/** A JSON object of a model's configuration. */
export type ConfigObject = Readonly<Record<string, unknown>>

/** The value as a JSON object, or undefined. */
export function asObject(value: unknown): ConfigObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ConfigObject) : undefined
}

/** Bounds what a broken configuration can claim, so that arithmetic stays exact: sizes, and a factor such as 1.5. */
const largest = 1e13
const smallest = 0.01

/** A figure; some converters write them as text. */
function finite(value: unknown): number | undefined {
  const figure = typeof value === 'string' && /^\d{1,13}(?:\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof figure !== 'number') return undefined
  return figure === 0 || (figure >= smallest && figure <= largest) ? figure : undefined
}

/** Reads fields of a configuration leniently: what is missing, null or of another type is absent. */
export class ConfigFields {
  readonly #layers: readonly ConfigObject[]

  /** Looks into `layers` in order; the first one that states a field wins. */
  constructor(layers: readonly ConfigObject[]) {
    this.#layers = layers
  }

  /** The first of the names that is stated. */
  value(...names: readonly string[]): unknown {
    for (const layer of this.#layers) {
      for (const name of names) {
        const value = layer[name]
        if (value !== undefined && value !== null) return value
      }
    }
    return undefined
  }

  number(...names: readonly string[]): number | undefined {
    const value = this.value(...names)
    // Some configurations state a figure for each layer; the largest sizes the rest.
    if (Array.isArray(value)) {
      const numbers = value.map(finite).filter((one) => one !== undefined)
      return numbers.length === 0 ? undefined : Math.max(...numbers)
    }
    return finite(value)
  }

  /** A figure of one layer, where a configuration states either one figure or a list. */
  numberAt(layer: number, ...names: readonly string[]): number | undefined {
    const value = this.value(...names)
    return finite(Array.isArray(value) ? value[layer] : value)
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.value(name)
    if (!Array.isArray(value)) return undefined
    const figures = value.map(finite).filter((one) => one !== undefined)
    return figures.length === value.length ? figures : undefined
  }

  text(...names: readonly string[]): string | undefined {
    const value = this.value(...names)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.value(name)
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? (value as string[]) : undefined
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name)
    return typeof value === 'boolean' ? value : undefined
  }

  object(name: string): ConfigObject | undefined {
    return asObject(this.value(name))
  }
}
