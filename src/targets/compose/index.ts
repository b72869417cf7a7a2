/**
 * Docker Compose: the gateway and the engines as services of one project, and what may run beside them: Redis, Prometheus with
 * Grafana, Langfuse. Pure.
 */
export { composeRenderer } from './render.ts'
