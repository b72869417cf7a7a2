/** Time of a simulation. */
export { EventQueue } from './event-queue.ts'
