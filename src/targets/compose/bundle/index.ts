/**
 * What runs beside the gateway and the engines where the Fleet asks for it, a file each.
 */
export { grafanaPart } from './grafana.ts'
export { langfusePart } from './langfuse.ts'
export { isKeyedAtMetrics, prometheusPart, scrapeKey } from './prometheus.ts'
export { gatewayState, hasRedis, redisPart } from './redis.ts'
