/** Autoscalers on metrics that engines and the gateway export: HorizontalPodAutoscalers, or ScaledObjects of KEDA. */
export { renderScaling } from './scaling.ts'
