import type { KubernetesObject, LiveObject } from '../../../kubernetes/index.ts'
import { valueAt } from '../difference/field-changes.ts'

const modes = (object: KubernetesObject) => String(valueAt(object, ['spec', 'accessModes']) ?? 'none')

/**
 * What to do about a change that the API server refuses since the field never changes once its object is there; undefined for
 * other refusals, which say themselves what is wrong.
 */
export function mendRefusal(
  wanted: KubernetesObject,
  live: LiveObject | undefined,
  message: string,
): string | undefined {
  if (live === undefined || !/immutable/i.test(message)) return undefined
  const { kind, metadata } = wanted
  const place = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`
  const command = `kubectl delete ${kind.toLowerCase()} ${metadata.name}${place}`
  if (kind !== 'PersistentVolumeClaim') return `remove it (\`${command}\`), and apply makes it anew`
  const [is, becomes] = [modes(live), modes(wanted)]
  const why = is === becomes ? 'a claim keeps what it was made with' : `a claim that is ${is} never becomes ${becomes}`
  return `${why}: once its pods are gone, \`${command}\`, and apply makes it anew and fetches the model again; or keep models elsewhere (storage.models)`
}
