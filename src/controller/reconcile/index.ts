/**
 * One Fleet brought to what it is to be, or taken away, from whatever is there: the same steps each time, each of which finds
 * what an earlier one has done.
 */
export { Reconciler, type Need, type Reconciled, type ReconcilerParts } from './reconciler.ts'
