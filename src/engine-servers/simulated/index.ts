/**
 * The simulated engine: a deterministic fake model behind the common HTTP surface, with a speed and faults of one's choice.
 * It runs as a process of its own (`main.ts`); nothing but tests imports it.
 */
export { prepareSimulated } from './prepare.ts'
export { SimulatedBackend } from './simulated-backend.ts'
export type { SimulatedSettings } from './settings.ts'
