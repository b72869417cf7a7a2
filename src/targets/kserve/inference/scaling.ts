import type { InferenceService } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { Comment, EngineService } from '../../rendering/index.ts'
import { targetTitle, type KserveContext } from '../context.ts'
import { waitingRequests } from '../waiting-requests.ts'

type Predictor = NonNullable<InferenceService['spec']>['predictor']

/** How many replicas run, in KServe’s words. */
export interface Scaling {
  /** Annotations of the InferenceService. */
  readonly annotations: Readonly<Record<string, string>>
  readonly predictor: Pick<
    Predictor,
    'minReplicas' | 'maxReplicas' | 'scaleMetric' | 'scaleTarget' | 'autoScaling' | 'containerConcurrency'
  >
  /** By paths within the InferenceService. */
  readonly comments: readonly Comment[]
  readonly notes: readonly PlanWarning[]
}

const classKey = 'serving.kserve.io/autoscalerClass'
const seconds = (milliseconds: number) => Math.max(1, Math.round(milliseconds / 1_000))

/** The scaling of a kind of replica. */
export function scalingOf(service: EngineService, context: KserveContext): Scaling {
  return context.isKnative ? knativeScaling(service) : standardScaling(service, context)
}

function standardScaling(service: EngineService, context: KserveContext): Scaling {
  const { min, max } = service.pool.replicas
  const { by } = service.model.autoscale
  const bounds = { minReplicas: min, maxReplicas: Math.max(1, max) }
  const note = (severity: PlanWarning['severity'], id: string, message: string, suggestion: string): PlanWarning => ({
    severity,
    id,
    path: `${service.path}.autoscale.by`,
    message: `${targetTitle}: ${message}`,
    suggestion,
  })
  if (min === max || by === 'none') {
    return {
      annotations: { [classKey]: 'none' },
      predictor: { ...bounds, maxReplicas: Math.max(1, min) },
      comments: [
        {
          path: ['metadata', 'annotations'],
          text: 'Without class none KServe adds an autoscaler by CPU, which says nothing about GPUs.',
        },
      ],
      notes: [],
    }
  }
  switch (by) {
    case 'keda':
      return { ...kedaScaling(service, context, bounds), annotations: { [classKey]: 'keda' } }
    case 'hpa':
      return {
        annotations: { [classKey]: 'hpa' },
        predictor: { ...bounds, minReplicas: Math.max(1, min), ...hostUse(service) },
        comments: [],
        notes: [
          note(
            'warning',
            'kserve-hpa-cpu',
            'class hpa scales by CPU or memory alone, which say little about GPUs',
            'autoscale.by: keda, which scales by waiting requests',
          ),
          ...(min > 0
            ? []
            : [
                note(
                  'warning',
                  'kserve-hpa-zero',
                  'class hpa keeps one replica; it does not reach zero',
                  'autoscale.by: keda, or targets.kserve.mode: Knative',
                ),
              ]),
        ],
      }
    case 'fairlead':
      return {
        annotations: { [classKey]: 'external' },
        predictor: bounds,
        comments: [
          {
            path: ['metadata', 'annotations'],
            text: 'KServe makes no autoscaler: something else sets the Deployment’s replicas.',
          },
        ],
        notes: [
          note(
            'warning',
            'kserve-external-scaling',
            `Fairlead scales no InferenceService yet, so ${service.model.name} stays at its replicas until something else scales its Deployment`,
            'autoscale.by: keda',
          ),
        ],
      }
  }
}

function kedaScaling(
  service: EngineService,
  context: KserveContext,
  predictor: Scaling['predictor'],
): Omit<Scaling, 'annotations'> {
  const { upAfter, downAfter, queuePerReplica } = service.model.autoscale
  const query = waitingRequests(service, context)
  return {
    predictor: {
      ...predictor,
      autoScaling: {
        behavior: {
          scaleUp: { stabilizationWindowSeconds: seconds(upAfter) },
          scaleDown: { stabilizationWindowSeconds: seconds(downAfter) },
        },
        metrics: [
          {
            type: 'External',
            external: {
              metric: { backend: 'prometheus', serverAddress: query.server, query: query.text },
              target: { type: 'Value', value: String(queuePerReplica) },
            },
          },
        ],
      },
    },
    comments: [
      {
        path: ['spec', 'predictor', 'autoScaling', 'metrics', 0, 'external', 'target'],
        text: 'Waiting requests a replica (autoscale.queuePerReplica): KEDA hands the sum to an HPA, which divides it by this.',
      },
    ],
    notes: query.notes,
  }
}

/** What class hpa looks at: one of the two. */
function hostUse({ model }: EngineService): Pick<Predictor, 'scaleMetric' | 'scaleTarget'> {
  const { cpuUse, memoryUse } = model.autoscale
  return cpuUse === undefined && memoryUse !== undefined
    ? { scaleMetric: 'memory', scaleTarget: Math.round(memoryUse * 100) }
    : { scaleMetric: 'cpu', scaleTarget: Math.round((cpuUse ?? 0.8) * 100) }
}

/** Knative’s own autoscaler goes by requests at once, and reaches zero. */
function knativeScaling(service: EngineService): Scaling {
  const { model, pool, path } = service
  const { min, max } = pool.replicas
  const { downAfter, toZeroAfter, by } = model.autoscale
  const atOnce = model.autoscale.concurrency ?? model.maxInFlight ?? pool.settings?.maxSequences
  const isFixed = min === max || by === 'none'
  return {
    annotations: isFixed
      ? {}
      : {
          'autoscaling.knative.dev/window': `${Math.min(3_600, Math.max(6, seconds(downAfter)))}s`,
          ...(min === 0
            ? {
                'autoscaling.knative.dev/scale-to-zero-pod-retention-period': `${Math.min(3_600, seconds(toZeroAfter))}s`,
              }
            : {}),
        },
    predictor: {
      minReplicas: min,
      maxReplicas: Math.max(1, by === 'none' ? min : max),
      ...(isFixed || atOnce === undefined ? {} : { scaleMetric: 'concurrency' as const, scaleTarget: atOnce }),
      ...(model.maxInFlight === undefined ? {} : { containerConcurrency: model.maxInFlight }),
    },
    comments:
      isFixed || atOnce === undefined
        ? []
        : [
            {
              path: ['spec', 'predictor', 'scaleTarget'],
              text: 'Requests at once that a replica runs; Knative adds one when 70 % of that are there.',
            },
          ],
    notes:
      isFixed || by !== 'keda'
        ? []
        : [
            {
              severity: 'warning',
              id: 'kserve-knative-scales',
              path: `${path}.autoscale.by`,
              message: `${targetTitle}: in mode Knative its own autoscaler scales ${model.name}, by requests at once`,
              suggestion: 'targets.kserve.mode: Standard, for KEDA',
            },
          ],
  }
}
