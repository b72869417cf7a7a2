/**
 * Docker Compose: the gateway and the engines as services of one project. Pure.
 */
export { composeRenderer } from './render.ts'
