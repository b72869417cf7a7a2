import {
  mendWebhookRefusal,
  readWebhookRefusal,
  tellWebhookRefusal,
  type KubernetesObject,
  type LiveObject,
} from '../../../kubernetes/index.ts'
import { valueAt } from '../difference/field-changes.ts'

const modes = (object: KubernetesObject) => String(valueAt(object, ['spec', 'accessModes']) ?? 'none')

/** A refusal of the API server and what mends it, for the line of its object in a plan. */
export function tellRefusal(
  wanted: KubernetesObject,
  live: LiveObject | undefined,
  { reason, message }: { readonly reason: string; readonly message: string },
): string {
  const refusal = readWebhookRefusal(message)
  if (refusal !== undefined) return `${tellWebhookRefusal(refusal).replace(/\.?$/, '.')} ${mendWebhookRefusal(refusal)}`
  const mend = mendRefusal(wanted, live, message)
  return `${reason}: ${message}${mend === undefined ? '' : `; ${mend}`}`
}

/**
 * What to do about a change that the API server refuses since the field never changes once its object is there; undefined for
 * other refusals, which say themselves what is wrong.
 */
function mendRefusal(wanted: KubernetesObject, live: LiveObject | undefined, message: string): string | undefined {
  if (live === undefined || !/immutable/i.test(message)) return undefined
  const { kind, metadata } = wanted
  const place = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`
  const command = `kubectl delete ${kind.toLowerCase()} ${metadata.name}${place}`
  if (kind !== 'PersistentVolumeClaim') return `remove it (\`${command}\`), and apply makes it anew`
  const [is, becomes] = [modes(live), modes(wanted)]
  const why = is === becomes ? 'a claim keeps what it was made with' : `a claim that is ${is} never becomes ${becomes}`
  return `${why}: once its pods are gone, \`${command}\`, and apply makes it anew and fetches the model again; or keep models elsewhere (storage.models)`
}
