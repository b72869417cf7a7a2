/** Time and chance of a simulation. */
export { EventQueue } from './event-queue.ts'
export { randomFrom } from './random.ts'
