/**
 * What the leader follows: Fleets, and every object that a Fleet has become, so that a change by somebody else is put back and
 * a change of how it stands is told.
 */
export { followFleets, type Following } from './follow-fleets.ts'
