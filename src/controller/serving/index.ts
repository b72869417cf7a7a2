/** The controller’s own HTTP: whether it lives, whether it is ready, and its metrics. */
export { serveStatus, type StatusServer, type StatusSource } from './status-server.ts'
