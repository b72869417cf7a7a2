import type { ManifestDocument } from '../../manifests/contract.ts'
import { countAt, isFields, itemsAt, shown, textAt } from '../container/fields.ts'
import type { Verdict } from '../contract.ts'
import { writeSeconds } from '../fleet-text/index.ts'
import type { Scene } from '../scene.ts'
import { dropped, kept, needsYou, place, translated } from '../verdict.ts'
import { noteField, scenesOfWorkload, type ObjectContext, type ObjectReader } from './context.ts'

/** Fewest and most replicas: they take the place of a fixed number. */
export function scaleModel(
  { model }: Scene,
  minimum: number | undefined,
  maximum: number | undefined,
  document: ManifestDocument,
  path: readonly (string | number)[],
  account: ObjectContext['account'],
): Verdict {
  if (maximum === undefined || maximum < 1 || maximum > 1000)
    return needsYou('It says no most replicas that a Fleet takes.', 'Write maxReplicas.')
  const from = document.at(path)
  model.remove('replicas')
  account.revise(
    'replicas',
    model,
    translated('minReplicas', 'An autoscaler sets the number between minReplicas and maxReplicas.'),
  )
  const fewest = Math.min(minimum ?? 1, maximum)
  const verdicts = [
    place({ draft: model, field: 'minReplicas', value: fewest, from }),
    place({ draft: model, field: 'maxReplicas', value: maximum, from }),
  ]
  return verdicts.find(({ outcome }) => outcome === 'needsYou') ?? kept('maxReplicas')
}

/** Fields of `autoscale` by the metrics that they stand for: whole numbers for each replica, or shares. */
const metricFields = [
  {
    metric: /num_requests_waiting|queue_size|queue_length|num_queue_reqs|requests_deferred/,
    field: 'queuePerReplica',
    most: 10_000,
  },
  { metric: /num_requests_running|num_running_reqs|requests_processing/, field: 'concurrency', most: 100_000 },
  { metric: /(kv|gpu)_cache_usage_perc|token_usage/, field: 'kvCacheUse', most: 1 },
  { metric: /DCGM_FI_DEV_GPU_UTIL|DCGM_FI_PROF_GR_ENGINE_ACTIVE/i, field: 'gpuUse', most: 1 },
] as const

/** What a metric and its threshold become. */
function settleMetric(
  name: string,
  threshold: number | undefined,
  scene: Scene,
  from: ReturnType<ManifestDocument['at']>,
): Verdict {
  const known = metricFields.find(({ metric }) => metric.test(name))
  if (/nvidia\.com\/gpu/.test(name))
    return dropped(
      'Kubernetes has no utilisation of nvidia.com/gpu; Fairlead scales by waiting requests and KV cache use.',
    )
  if (name === 'cpu' || name === 'memory')
    return dropped(
      `${name === 'cpu' ? 'CPU' : 'Memory'} says little about the load of a GPU engine; Fairlead scales by waiting requests and KV cache use (autoscale.${name}Use has it back).`,
    )
  if (known === undefined || threshold === undefined)
    return needsYou(
      `A Fleet does not scale by ${name}.`,
      'Fairlead scales by waiting requests (autoscale.queuePerReplica) and KV cache use (autoscale.kvCacheUse).',
    )
  const field = `autoscale.${known.field}`
  const share = threshold > 1 ? threshold / 100 : threshold
  const value = known.most === 1 ? share : Math.max(1, Math.round(threshold))
  if (value > known.most || !(value > 0))
    return needsYou(`${threshold} is no threshold that a Fleet takes.`, `Write ${field}.`)
  return place({ draft: scene.model, field, value, from })
}

/** `5`, `500m`, `80%` as a number. */
function amountOf(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)%?$/.exec(text ?? '')
  return match === null ? undefined : Number(match[1]) / (match[2] === 'm' ? 1000 : 1)
}

function scenesScaled(document: ManifestDocument, context: ObjectContext, what: string): Scene[] {
  const target = textAt(document, ['spec', 'scaleTargetRef', 'name'])
  const scenes = scenesOfWorkload(context, target)
  if (scenes.length > 0) return scenes
  noteField(
    context,
    document,
    ['metadata', 'name'],
    what,
    needsYou(
      `It scales ${target ?? 'nothing'}, which runs no engine of these files.`,
      'Keep it if it scales something else.',
    ),
    undefined,
    'object',
  )
  return []
}

/** A HorizontalPodAutoscaler (autoscaling/v1, v2). */
export const readHpa: ObjectReader = (document, context) => {
  const what = `HorizontalPodAutoscaler ${document.name}`
  for (const scene of scenesScaled(document, context, what)) {
    const note = (path: readonly (string | number)[], text: string, verdict: Verdict) =>
      noteField(context, document, path, text, verdict, scene)
    const [minimum, maximum] = [countAt(document, ['spec', 'minReplicas']), countAt(document, ['spec', 'maxReplicas'])]
    note(
      ['spec', 'maxReplicas'],
      `${minimum ?? 1} to ${maximum ?? '?'} replicas`,
      scaleModel(scene, minimum, maximum, document, ['spec', 'maxReplicas'], context.account),
    )
    note(
      ['metadata', 'name'],
      what,
      place({ draft: scene.model, field: 'autoscale.by', value: 'hpa', from: document.at(['metadata', 'name']) }),
    )
    for (const { path } of itemsAt(document, ['spec', 'metrics'])) {
      const type = (textAt(document, [...path, 'type']) ?? '').toLowerCase()
      const name =
        textAt(document, [...path, type, 'name']) ??
        textAt(document, [...path, type, 'metric', 'name']) ??
        textAt(document, [...path, 'containerResource', 'name']) ??
        type
      const target = document.get([...path, type, 'target'])
      const threshold = isFields(target)
        ? amountOf(shown(target['averageValue'] ?? target['value'] ?? target['averageUtilization']))
        : undefined
      note(path, `metric ${name}`, settleMetric(name, threshold, scene, document.at(path)))
    }
    const cpu = countAt(document, ['spec', 'targetCPUUtilizationPercentage'])
    if (cpu !== undefined)
      note(
        ['spec', 'targetCPUUtilizationPercentage'],
        `CPU at ${cpu} %`,
        settleMetric('cpu', cpu, scene, document.at(['spec'])),
      )
    for (const [side, field] of [
      ['scaleUp', 'autoscale.upAfter'],
      ['scaleDown', 'autoscale.downAfter'],
    ] as const) {
      const at = ['spec', 'behavior', side]
      const seconds = countAt(document, [...at, 'stabilizationWindowSeconds'])
      if (seconds !== undefined)
        note(
          [...at, 'stabilizationWindowSeconds'],
          `${side} after ${seconds} s`,
          place({
            draft: scene.model,
            field,
            value: writeSeconds(seconds),
            from: document.at([...at, 'stabilizationWindowSeconds']),
          }),
        )
      if (document.get([...at, 'policies']) !== undefined)
        note(
          [...at, 'policies'],
          `${side} policies`,
          needsYou(
            'A Fleet has no policies of steps.',
            'Keep them by a patch of the rendered HorizontalPodAutoscaler.',
          ),
        )
    }
  }
}

/** A ScaledObject of KEDA (keda.sh/v1alpha1). */
export const readScaledObject: ObjectReader = (document, context) => {
  const what = `ScaledObject ${document.name}`
  for (const scene of scenesScaled(document, context, what)) {
    const note = (path: readonly (string | number)[], text: string, verdict: Verdict) =>
      noteField(context, document, path, text, verdict, scene)
    const minimum = countAt(document, ['spec', 'minReplicaCount']) ?? 0
    const maximum = countAt(document, ['spec', 'maxReplicaCount']) ?? 100
    note(
      ['spec', 'maxReplicaCount'],
      `${minimum} to ${maximum} replicas`,
      scaleModel(scene, minimum, maximum, document, ['spec', 'maxReplicaCount'], context.account),
    )
    note(
      ['metadata', 'name'],
      what,
      place({ draft: scene.model, field: 'autoscale.by', value: 'keda', from: document.at(['metadata', 'name']) }),
    )
    const cooldown = countAt(document, ['spec', 'cooldownPeriod'])
    if (cooldown !== undefined) {
      const field = minimum === 0 ? 'autoscale.toZeroAfter' : 'autoscale.downAfter'
      note(
        ['spec', 'cooldownPeriod'],
        `cooldownPeriod: ${cooldown}`,
        place({
          draft: scene.model,
          field,
          value: writeSeconds(cooldown),
          from: document.at(['spec', 'cooldownPeriod']),
        }),
      )
    }
    if (document.get(['spec', 'pollingInterval']) !== undefined)
      note(['spec', 'pollingInterval'], 'pollingInterval', dropped('Fairlead sets how often KEDA looks.'))
    for (const { path } of itemsAt(document, ['spec', 'triggers'])) {
      const type = textAt(document, [...path, 'type']) ?? ''
      const query =
        textAt(document, [...path, 'metadata', 'query']) ??
        textAt(document, [...path, 'metadata', 'metricName']) ??
        type
      const threshold = amountOf(
        textAt(document, [...path, 'metadata', 'threshold']) ?? textAt(document, [...path, 'metadata', 'value']),
      )
      const verdict = settleMetric(query, threshold, scene, document.at([...path, 'metadata']))
      note(
        path,
        `trigger ${type} ${query}`,
        verdict.outcome === 'kept' ? translated(verdict.field ?? '', 'Fairlead writes the query.') : verdict,
      )
    }
  }
}
