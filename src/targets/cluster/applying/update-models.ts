import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { WorkContext } from '../../contract.ts'
import { untilRolledOut } from '../changing/until-rolled-out.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { modelLabel, modelNameOf } from '../fleets/subjects.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { refOf } from '../objects/object-names.ts'
import type { PlannedWrite } from '../planning/decision.ts'

/** The workloads of one model whose pods an update replaces. */
export interface ModelUpdate {
  /** The model’s label. */
  readonly model: string
  readonly writes: readonly PlannedWrite[]
}

/**
 * What is updated model after model, in the order of the Fleet; nothing where it is one model only, which needs no turn.
 * Everything else is written before: what is new disturbs nobody.
 */
export function modelUpdates(writes: readonly PlannedWrite[]): readonly ModelUpdate[] {
  const replacing = writes.filter(({ replacesPods, object }) => replacesPods === true && labelOf(object) !== '')
  const updates = [...Map.groupBy(replacing, ({ object }) => labelOf(object))]
  return updates.length < 2 ? [] : updates.map(([model, own]) => ({ model, writes: own }))
}

const labelOf = ({ metadata }: PlannedWrite['object']): string => metadata.labels?.[modelLabel] ?? ''

/** What updating models needs. */
export interface UpdateContext extends Pick<WorkContext, 'signal' | 'progress' | 'timeoutMs'> {
  readonly client: ClusterClient
  readonly fleet: string
  readonly namespace: string
  /** Models at the same time. */
  readonly parallel: number
  readonly write: (write: PlannedWrite) => Promise<void>
}

/**
 * Updates one model after the other, each once the one before has all its replicas new and ready. The first that fails ends it.
 * @throws UserError with its cause, what is updated and what is not
 */
export async function updateModels(updates: readonly ModelUpdate[], context: UpdateContext): Promise<void> {
  if (updates.length === 0) return
  const { client, fleet, namespace, progress, signal, timeoutMs, parallel, write } = context
  const found = await requireFleet(client, fleet, namespace)
  const nameOf = ({ model }: ModelUpdate) => modelNameOf(found.inventory, model)
  const begun = new Set<ModelUpdate>()
  const done = new Set<ModelUpdate>()
  const work = { environment: {}, progress, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
  await inParallel(updates, parallel, async (update, index) => {
    begun.add(update)
    const step = progress.step(`Update model ${nameOf(update)} (${index + 1} of ${updates.length})`)
    try {
      signal.throwIfAborted()
      await Promise.all(update.writes.map(write))
      for (const { object } of update.writes) {
        await untilRolledOut(client, found, refOf(object), work, (message) => step.update(message))
      }
      done.add(update)
      step.succeed('ready')
    } catch (error) {
      step.fail(signal.aborted ? 'interrupted' : 'not ready')
      if (signal.aborted || !(error instanceof UserError)) throw error
      const listed = (some: readonly ModelUpdate[]) => some.map(nameOf).join(', ') || 'none'
      const left = updates.filter((other) => !begun.has(other))
      throw new UserError({
        ...error.parts,
        what: `The update of Fleet ${fleet} stopped at model ${nameOf(update)}: ${error.parts.what}`,
        why: [
          `Updated: ${listed([...done])}. Not begun, and serving as before: ${listed(left)}.`,
          ...(error.parts.why === undefined ? [] : [error.parts.why]),
        ].join('\n'),
        mend: `${error.parts.mend ?? 'Look at what happened to it.'} Then apply again, which goes on from here; or go back to what ran before.`,
        command: `fairlead rollback ${fleet}`,
        cause: error,
      })
    }
  })
}
