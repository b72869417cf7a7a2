/** Calibration: what an engine's steps take, from what was measured of it or is stated. */
export { readCalibration } from './read-calibration.ts'
