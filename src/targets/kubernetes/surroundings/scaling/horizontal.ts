import type { HorizontalPodAutoscaler, MetricSpec } from '../../../../kubernetes/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../../rendering/index.ts'
import { enginePart, type KubernetesContext } from '../../context.ts'
import { adapterPath } from './adapter-rules.ts'
import { behaviourOf } from './behaviour.ts'
import { resourceSignalsOf, type ResourceSignal } from './resource-signals.ts'
import { signalsOf, type Signal } from './signals.ts'
import { scaleTarget } from './scale-target.ts'

/** An autoscaler of Kubernetes itself, on figures that prometheus-adapter serves. */
export function horizontalAutoscaler(service: EngineService, context: KubernetesContext): ObjectArtifact {
  const { min, max } = service.pool.replicas
  // Without scaling to zero, nothing has to hold the last replica up.
  const signals = signalsOf(service, context).filter(({ isNeed }) => isNeed)
  const resources = resourceSignalsOf(service)
  const object: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: context.metadata(context.names.engine(service), enginePart(service)),
    spec: {
      scaleTargetRef: scaleTarget(service, context),
      minReplicas: Math.max(1, min),
      maxReplicas: max,
      metrics: [...signals.map((signal) => metricOf(signal, service)), ...resources.map(resourceMetric)],
      behavior: behaviourOf(service),
    },
  }
  const comments: Comment[] = [
    {
      path: ['spec', 'metrics'],
      text: `Served by prometheus-adapter with the rules of ${adapterPath}; Kubernetes takes no colon in a metric’s name.`,
    },
    ...[...signals, ...resources].map(({ why }, index) => ({ path: ['spec', 'metrics', index], text: why })),
    { path: ['spec', 'behavior', 'scaleUp'], text: 'autoscale.upAfter; a replica that comes too late helps nobody.' },
    {
      path: ['spec', 'behavior', 'scaleDown'],
      text: 'autoscale.downAfter; one by one, since each takes a cache along.',
    },
  ]
  return { kind: 'object', object, comments }
}

function metricOf({ metric, of, threshold, addsUp }: Signal, { model }: EngineService): MetricSpec {
  const amount = quantity(threshold)
  if (of === 'replicas') {
    return { type: 'Pods', pods: { metric: { name: metric }, target: { type: 'AverageValue', averageValue: amount } } }
  }
  const selector = { matchLabels: { model: model.name } }
  const target = addsUp ? { type: 'AverageValue', averageValue: amount } : { type: 'Value', value: amount }
  return { type: 'External', external: { metric: { name: metric, selector }, target } }
}

const resourceMetric = ({ name, percent }: ResourceSignal): MetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization: percent } },
})

/** A number as the API server writes it: `4`, `850m`. */
const quantity = (value: number) => (Number.isInteger(value) ? String(value) : `${Math.round(value * 1_000)}m`)
