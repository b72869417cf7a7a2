/**
 * Docker Compose: the gateway and the engines as services of one project, and what may run beside them: Redis, Prometheus with
 * Grafana, Langfuse: pure. And `operate`, which runs it.
 */
export { secretsElsewhere } from './layout.ts'
export { createComposeTarget } from './operate/index.ts'
export { composeRenderer } from './render.ts'
