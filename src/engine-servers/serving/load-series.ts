import { Counter, Gauge, type Registry } from 'prom-client'
import type { Backend, ServingLoad } from './contract.ts'

/** A series that is read from the backend's load when asked for. */
export interface LoadSeries {
  readonly kind: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  /** A label beside the common ones. */
  readonly label?: string
  /** The value, or one for each value of the label. */
  readonly value: (load: ServingLoad) => number | Readonly<Record<string, number>>
}

export function gauge(name: string, help: string, value: LoadSeries['value'], label?: string): LoadSeries {
  return { kind: 'gauge', name, help, value, ...(label !== undefined && { label }) }
}

export function counter(name: string, help: string, value: LoadSeries['value'], label?: string): LoadSeries {
  return { kind: 'counter', name, help, value, ...(label !== undefined && { label }) }
}

/** Has series read from a backend's load, all with the same labels beside their own. */
export function addLoadSeries(
  registry: Registry,
  series: readonly LoadSeries[],
  backend: Backend,
  labels: Readonly<Record<string, string>>,
): void {
  for (const { kind, name, help, label, value } of series) {
    const labelNames = [...Object.keys(labels), ...(label === undefined ? [] : [label])]
    const options = { name, help, labelNames, registers: [] }
    const samples = (): readonly (readonly [Record<string, string>, number])[] => {
      const values = value(backend.load())
      if (typeof values === 'number') return [[labels, values]]
      return Object.entries(values).map(([key, each]) => [{ ...labels, [label ?? '']: key }, each])
    }
    const metric =
      kind === 'gauge'
        ? new Gauge({
            ...options,
            collect() {
              for (const [of, each] of samples()) this.set(of, each)
            },
          })
        : new Counter({
            ...options,
            collect() {
              this.reset()
              for (const [of, each] of samples()) this.inc(of, each)
            },
          })
    registry.registerMetric<string>(metric)
  }
}
