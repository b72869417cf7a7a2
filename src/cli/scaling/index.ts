/** How replicas are scaled, for people. */
export { renderScaling } from './render-scaling.ts'
