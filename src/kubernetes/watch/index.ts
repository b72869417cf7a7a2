/** A lasting view of a cluster's objects: listed once, watched from then on, right again after each break. */
export { startReflector, type Change, type Reflector, type ReflectorClock, type ReflectorOptions } from './reflector.ts'
