/**
 * What a field of the Fleet means and where it ends up: in engines’ flags and on targets. Pure.
 */
export { explainField, type EngineDestination, type FieldExplanation, type TargetDestination } from './explain-field.ts'
export { targetPlaces, type TargetPlaces } from './target-places.ts'
export { findRequest, type FoundRequests } from './find-request.ts'
export type { RecordedRequest } from '../../observe/report/index.ts'
