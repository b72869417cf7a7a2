import type { Output, Paint } from '../output.ts'

/** Where results are shown. */
export interface Surface {
  /** Of running text. */
  readonly columns: number
  /** Of tables: unbounded where no person looks. */
  readonly tableColumns: number
  readonly paint: Paint
  /** Of prices, ISO 4217. */
  readonly currency: string
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const widest = 110

/** The surface that standard output is. */
export function surfaceOf(output: Output, currency: string): Surface {
  return {
    columns: Math.min(widest, output.columns()),
    tableColumns: output.isResultTerminal ? output.columns() : Infinity,
    paint: output.paint,
    currency,
  }
}
