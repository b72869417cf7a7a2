/** What is measured of a simulation. */
export { Ledger } from './ledger.ts'
export { percentilesOf } from './percentiles.ts'
export { summarize } from './summarize.ts'
