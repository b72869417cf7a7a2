import { metrics, type Measured, type Metric } from './contract.ts'

/** A figure of a run, or of one over another. @throws Error for runs that were not simulated */
export function figureOf(
  results: Readonly<Record<string, Measured | undefined>>,
  { metric, run, over }: { readonly metric: Metric; readonly run: string; readonly over?: string },
): number {
  const of = (name: string): number => {
    const result = results[name]
    if (result === undefined) throw new Error(`there is no run "${name}"`)
    return metrics[metric](result)
  }
  return over === undefined ? of(run) : of(run) / of(over)
}
