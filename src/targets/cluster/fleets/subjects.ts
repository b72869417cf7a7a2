import { UserError } from '../../../errors/index.ts'
import type { LiveObject } from '../../../kubernetes/index.ts'
import type { Inventory, ModelName } from '../inventory/inventory.ts'
import { labelOf } from './parts.ts'

/** Label of the part that an object is for. */
export const componentLabel = 'app.kubernetes.io/component'
/** Label of the model. */
export const modelLabel = 'fairlead.dev/model'
/** Label of the role. */
export const roleLabel = 'fairlead.dev/role'

/** What the label of the part says of KServe’s pods of an LLMInferenceService, which has that label for itself. */
const kserveParts = ['llminferenceservice-workload', 'llminferenceservice-workload-prefill']
const replicaParts = new Set(['', 'engine', ...kserveParts])

/** Whether an object is, or makes, replicas of a model; rather than what chooses among them, or fetches their weights. */
export function isOfReplicas(object: Pick<LiveObject, 'metadata'>): boolean {
  return labelOf(object, modelLabel) !== '' && replicaParts.has(labelOf(object, componentLabel))
}

/** Label of what runs beside the rest of its model for a time: `canary`. */
export const variantLabel = 'fairlead.dev/variant'

/** The model that a person names: as the Fleet does, or as its label does. */
export function modelCalled({ models }: Pick<Inventory, 'models'>, name: string): ModelName | undefined {
  return models.find((model) => model.name === name) ?? models.find(({ label }) => label === name)
}

/** The name that the Fleet has for what a label says. */
export function modelNameOf({ models }: Pick<Inventory, 'models'>, label: string): string {
  return models.find((model) => model.label === label)?.name ?? label
}

/**
 * Whether an object is what a person names: a model, `gateway`, or a pod’s or workload’s own name; everything when absent.
 */
export function isSubject(object: LiveObject, subject: string | undefined, inventory: Inventory): boolean {
  if (subject === undefined || object.metadata.name === subject) return true
  if (subject === 'gateway') return labelOf(object, componentLabel) === 'gateway'
  const label = modelCalled(inventory, subject)?.label
  return label !== undefined && labelOf(object, modelLabel) === label
}

/** Says what there is in place of what was named. */
export function unknownSubject(
  fleet: string,
  subject: string,
  { models }: Inventory,
  names: readonly string[],
): UserError {
  const known = [...models.map(({ name }) => name), 'gateway', ...names]
  return new UserError({
    what: `Fleet ${fleet} has nothing called “${subject}”`,
    mend: `There are ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' and more' : ''}; a model’s name means all of its replicas.`,
    command: `fairlead status ${fleet}`,
  })
}
