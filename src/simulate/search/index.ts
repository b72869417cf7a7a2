/**
 * What-if: simulations along an axis, and the search for the cheapest Fleet that holds an SLO.
 */
export { recommend, type Recommendation, type Search, type Searching, type Tried } from './recommend.ts'
export { sweepAxes, sweepPoints, type EngineChoice, type SweepAxis, type SweepPoint } from './sweep.ts'
export { judge, usualShare, type Verdict } from './verdict.ts'
export { prefillOf, withReplicas } from './with-replicas.ts'
