import type { Step } from './field-path.ts'

/** Below these fields lies what pods are made from; a change there replaces them. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['template'],
  StatefulSet: ['template'],
  DaemonSet: ['template'],
  ReplicaSet: [],
  LeaderWorkerSet: ['leaderWorkerTemplate'],
  InferenceService: ['predictor'],
  LLMInferenceService: ['template', 'worker', 'prefill', 'model'],
}

/** What of InferenceServices only says how many pods there are. */
const countsOnly = new Set([
  'minReplicas',
  'maxReplicas',
  'scaleTarget',
  'scaleMetric',
  'canaryTrafficPercent',
  'autoScaling',
])

/** Whether a change of a field replaces running pods. */
export function replacesPods(kind: string, steps: readonly Step[]): boolean {
  const [spec, part, ...rest] = steps.map((step) => (typeof step === 'string' ? step : ''))
  if (spec !== 'spec' || part === undefined || templates[kind]?.includes(part) !== true) return false
  if (kind === 'LeaderWorkerSet') return rest[0] !== 'restartPolicy'
  return kind !== 'InferenceService' || !countsOnly.has(rest[0] ?? '')
}
