import type { PlanWarning } from '../../../../plan/index.ts'
import type { EngineService } from '../../../rendering/index.ts'
import type { KubernetesContext, ObjectsOf } from '../../context.ts'
import { adapterRules } from './adapter-rules.ts'
import { horizontalAutoscaler } from './horizontal.ts'
import { scaledObject } from './keda.ts'

/** Autoscalers of models that may have more replicas than at the least, by `autoscale.by`. */
export const renderScaling: ObjectsOf = (context) => {
  const scaled = context.engines.filter(({ pool }) => pool.replicas.max > pool.replicas.min)
  const by = (who: string) => scaled.filter(({ model }) => model.autoscale.by === who)
  const [horizontal, keda] = [by('hpa'), by('keda')]
  return {
    objects: [
      ...horizontal.map((service) => horizontalAutoscaler(service, context)),
      ...keda.map((service) => scaledObject(service, context)),
    ],
    files: horizontal.length === 0 ? [] : [adapterRules(horizontal, context)],
    notes: scaled.flatMap((service) => notesOf(service, context)),
  }
}

function notesOf(service: EngineService, context: KubernetesContext): PlanWarning[] {
  const { model, path, pool, gpus } = service
  const { fleet, settings, settingsPath, title, gateway } = context
  const { by } = model.autoscale
  const kept = `${Math.max(1, pool.replicas.min)} replica${pool.replicas.min > 1 ? 's' : ''}`
  const note = (id: string, field: string, message: string, suggestion: string): PlanWarning => ({
    severity: 'warning',
    id,
    path: `${path}.${field}`,
    message: `${title}: ${message}`,
    suggestion,
  })
  const asksPrometheus = by === 'hpa' || by === 'keda'
  const onlyTheirs = (['concurrency', 'cpuUse', 'memoryUse', 'gpuUse'] as const).filter(
    (field) => model.autoscale[field] !== undefined,
  )
  return [
    ...(by === 'fairlead'
      ? [
          note(
            'scaled-by-controller',
            'maxReplicas',
            `${model.name} follows its load where the Fleet is an object of a cluster with \`fairlead controller\`; applied by a command alone it keeps ${kept}`,
            'a Fleet object (docs/operate/controller.md), or autoscale.by: keda',
          ),
          ...onlyTheirs.map((field) =>
            note(
              'scaled-by-others-only',
              `autoscale.${field}`,
              `Fairlead’s own scaling of ${model.name} does not look at ${field}`,
              'autoscale.by: keda, or hpa',
            ),
          ),
        ]
      : []),
    ...(by === 'fairlead' && gateway !== null && !fleet.access.keys.some(({ scopes }) => scopes.includes('admin'))
      ? [
          note(
            'scaled-without-key',
            'maxReplicas',
            `the controller reads the gateways’ load by a key with the scope admin, and access.keys has none; ${model.name} would not be scaled`,
            'a key in access.keys with scopes: [admin]',
          ),
        ]
      : []),
    ...(asksPrometheus && gpus > 0
      ? (['cpuUse', 'memoryUse'] as const)
          .filter((field) => model.autoscale[field] !== undefined)
          .map((field) =>
            note(
              'scaled-by-host',
              `autoscale.${field}`,
              `${model.name} runs on GPUs, and ${field} says little of their load`,
              'autoscale.queuePerReplica and kvCacheUse, which hold already',
            ),
          )
      : []),
    ...(asksPrometheus && settings.monitoring === 'none'
      ? [
          note(
            'scaled-unseen',
            'maxReplicas',
            `${by} goes by what Prometheus knows of ${model.name}, and ${settingsPath}.monitoring is none`,
            'monitoring: operator, or annotations',
          ),
        ]
      : []),
    ...(by === 'keda' && pool.replicas.min === 0 && gateway === null
      ? [
          note(
            'zero-without-gateway',
            'minReplicas',
            `requests for ${model.name} wait in the gateway until it wakes from zero, and the gateway is left out`,
            'minReplicas: 1, or keep the gateway',
          ),
        ]
      : []),
  ]
}
