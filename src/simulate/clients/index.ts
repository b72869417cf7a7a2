/** Who makes the load: when requests come, and how many are under way at once. */
export { Clients } from './clients.ts'
