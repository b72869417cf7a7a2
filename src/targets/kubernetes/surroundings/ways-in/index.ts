/** Ways in for clients outside the cluster: Ingress, Traefik’s own objects, or the Gateway API, with TLS. */
export { renderWaysIn } from './ways-in.ts'
