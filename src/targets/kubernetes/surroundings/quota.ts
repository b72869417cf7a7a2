import type { ResourceQuota } from '../../../kubernetes/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import { gatewayPart, type KubernetesContext, type ObjectsOf } from '../context.ts'

/** What the namespace may use in all, where the Fleet says it. */
export const renderQuota: ObjectsOf = (context) => {
  const { settings, names, metadata } = context
  const { gpuQuota, quota } = settings
  const hard = {
    ...(gpuQuota === undefined ? {} : { 'requests.nvidia.com/gpu': String(gpuQuota) }),
    ...Object.fromEntries(Object.entries(quota).sort(([one], [other]) => (one < other ? -1 : 1))),
  }
  if (Object.keys(hard).length === 0) return {}
  const object: ResourceQuota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: metadata(names.named('quota'), gatewayPart),
    spec: { hard },
  }
  return { objects: [{ kind: 'object', object }], notes: [...tooFew(context), ...withoutLimits(context)] }
}

/** Replicas that the quota refuses are never scheduled, and say so only in events of their ReplicaSet. */
function tooFew({ settings, settingsPath, title, engines }: KubernetesContext): PlanWarning[] {
  const { gpuQuota } = settings
  const asked = engines.reduce((sum, { gpus, pool }) => sum + gpus * pool.replicas.max, 0)
  if (gpuQuota === undefined || asked <= gpuQuota) return []
  return [
    {
      severity: 'warning',
      id: 'gpu-quota-too-small',
      path: `${settingsPath}.gpuQuota`,
      message: `${title}: the models’ most replicas take ${asked} GPUs, and the quota lets ${gpuQuota}; the others are refused`,
      suggestion: `gpuQuota: ${asked}, or fewer replicas`,
    },
  ]
}

/** With a quota on a limit, every pod without that limit is refused. */
function withoutLimits({ settings, settingsPath, title, engines, fleet }: KubernetesContext): PlanWarning[] {
  if (settings.quota['limits.cpu'] === undefined) return []
  const bare = [
    ...engines
      .filter(({ model }) => model.resources.cpuLimit === undefined)
      .map(({ path }) => `${path}.resources.cpuLimit`),
    ...(fleet.gateway.resources.cpuLimit === undefined ? ['gateway.resources.cpuLimit'] : []),
  ]
  const [first] = bare
  if (first === undefined) return []
  return [
    {
      severity: 'warning',
      id: 'quota-needs-limits',
      path: `${settingsPath}.quota`,
      message: `${title}: a quota on limits.cpu refuses every pod without a CPU limit, and ${bare.join(', ')} ${bare.length === 1 ? 'is' : 'are'} not set`,
      suggestion: 'use requests.cpu, which slows nothing down, or set the limits',
    },
  ]
}
