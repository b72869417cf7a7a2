import type { ScaledObject, ScaledObjectTrigger } from '../../../../kubernetes/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../../rendering/index.ts'
import { enginePart, type KubernetesContext } from '../../context.ts'
import { behaviourOf } from './behaviour.ts'
import { scaleTarget } from './scale-target.ts'
import { resourceSignalsOf, type ResourceSignal } from './resource-signals.ts'
import { signalsOf, type Signal } from './signals.ts'

/** Seconds between two looks. */
const pollSeconds = 15
/** Failed looks in a row until KEDA goes by `fallback`. */
const patience = 4

/** A ScaledObject of KEDA, which asks Prometheus itself and scales to zero. */
export function scaledObject(service: EngineService, context: KubernetesContext): ObjectArtifact {
  const { min, max } = service.pool.replicas
  const signals = signalsOf(service, context)
  const resources = resourceSignalsOf(service)
  const object: ScaledObject = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: context.metadata(context.names.engine(service), enginePart(service)),
    spec: {
      scaleTargetRef: scaleTarget(service, context),
      minReplicaCount: min,
      maxReplicaCount: max,
      pollingInterval: pollSeconds,
      cooldownPeriod: Math.round(service.model.autoscale.toZeroAfter / 1_000),
      fallback: { failureThreshold: patience, replicas: Math.max(1, min), behavior: 'currentReplicasIfHigher' },
      advanced: { horizontalPodAutoscalerConfig: { behavior: behaviourOf(service) } },
      triggers: [...signals.map((signal) => triggerOf(signal, context)), ...resources.map(resourceTrigger)],
    },
  }
  const comments: Comment[] = [
    ...(min === 0
      ? [
          {
            path: ['spec', 'cooldownPeriod'],
            text: 'autoscale.toZeroAfter: time without a request until none is left.',
          },
        ]
      : []),
    { path: ['spec', 'fallback'], text: 'While Prometheus does not answer, nothing is taken away.' },
    ...[...signals, ...resources].map(({ why }, index) => ({ path: ['spec', 'triggers', index], text: why })),
  ]
  return { kind: 'object', object, comments }
}

function triggerOf({ name, query, threshold, addsUp }: Signal, { settings }: KubernetesContext): ScaledObjectTrigger {
  return {
    type: 'prometheus',
    name,
    metricType: addsUp ? 'AverageValue' : 'Value',
    metadata: {
      serverAddress: settings.prometheus,
      query,
      threshold: String(threshold),
      activationThreshold: '0',
    },
  }
}

const resourceTrigger = ({ name, percent }: ResourceSignal): ScaledObjectTrigger => ({
  type: name,
  name,
  metricType: 'Utilization',
  metadata: { value: String(percent) },
})
