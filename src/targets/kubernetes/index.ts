/**
 * Plain Kubernetes: the gateway and the engines as Deployments with what they need, and what stands around them. Pure.
 * `workloads` has pods and all that they mount and call; `surroundings` has policies, scaling, ways in and monitoring.
 */
export { kubernetesRenderer } from './render.ts'
export { renderClaimTemplates } from './gpus/index.ts'
export type { KubernetesContext } from './context.ts'
export { scrapeAnnotations } from './scrape-annotations.ts'
export { aroundAnyPods, aroundGateway, aroundPods, monitorsOf } from './surroundings/index.ts'
export { pods, renderGatewayServices } from './workloads/index.ts'
