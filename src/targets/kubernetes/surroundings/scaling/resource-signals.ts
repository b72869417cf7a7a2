import type { EngineService } from '../../../rendering/index.ts'

/** Use of what a container has requested, which the metrics server tells. */
export interface ResourceSignal {
  readonly name: 'cpu' | 'memory'
  /** Of what is requested, on average of all replicas. */
  readonly percent: number
  readonly why: string
}

/** What an autoscaler of a kind of replica looks at beside what Prometheus knows. */
export function resourceSignalsOf({ model }: EngineService): ResourceSignal[] {
  const { cpuUse, memoryUse } = model.autoscale
  const signal = (name: ResourceSignal['name'], share: number | undefined, why: string): ResourceSignal[] =>
    share === undefined ? [] : [{ name, percent: Math.round(share * 100), why }]
  return [
    ...signal('cpu', cpuUse, 'Use of the requested CPU (autoscale.cpuUse); with GPUs it says little of the load.'),
    ...signal('memory', memoryUse, 'Use of the requested memory (autoscale.memoryUse); engines seldom give it back.'),
  ]
}
