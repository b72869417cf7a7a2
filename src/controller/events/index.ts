/**
 * Kubernetes Events about Fleets: what `kubectl describe fleet` and `kubectl events` show. The same event again is counted, not
 * written again, and one object cannot have more than a few in a while.
 */
export { EventRecorder, type FleetEventText } from './event-recorder.ts'
