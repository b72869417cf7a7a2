import { ClusterError, fieldManager, type LiveObject } from '../../../kubernetes/index.ts'
import { inApplyRanks } from '../../rendering/cluster/index.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import type { ClusterPlan } from '../planning/decide.ts'
import type { PlannedWrite } from '../planning/decision.ts'
import { modelUpdates, updateModels, type UpdateContext } from './update-models.ts'
import { withRetries } from './with-retries.ts'

/** Objects of one kind are written so many at a time. */
const width = 12

/** What carrying out a plan is done with. */
export interface CarryOutContext extends Omit<UpdateContext, 'write'> {
  readonly forceConflicts: boolean
  /** Whether models are updated in turn, each waited for. */
  readonly inTurn: boolean
}

/**
 * Writes what a plan says, kind after kind in the order in which they need each other, updates models in turn, and then removes
 * what goes.
 */
export async function carryOut({ writes, prunes }: ClusterPlan, context: CarryOutContext): Promise<void> {
  const updates = context.inTurn ? modelUpdates(writes) : []
  const later = new Set(updates.flatMap((update) => update.writes))
  const first = writes.filter((write) => !later.has(write))
  for (const rank of inApplyRanks(first, ({ object }) => object)) {
    const step = context.progress.step(`Apply ${titleOfRank(rank)}`)
    let done = 0
    try {
      await inParallel(rank, width, async (write) => {
        await writeOne(write, context, (reason) => step.update(`the API server is away (${reason})`))
        done += 1
        step.update(`${done} of ${rank.length}`)
      })
      step.succeed(toldOf(rank))
    } catch (error) {
      step.fail(`${done} of ${rank.length} applied`)
      throw error
    }
  }
  await updateModels(updates, { ...context, write: (write) => writeOne(write, context, () => undefined) })
  // What others need goes last.
  for (const rank of inApplyRanks(prunes, (object) => object).toReversed()) {
    const step = context.progress.step(`Prune ${rank.map((object) => titleOf(refOf(object))).join(', ')}`)
    await inParallel(rank, width, (object) => removeOne(object, context))
    step.succeed()
  }
}

const titleOfRank = (rank: readonly PlannedWrite[]): string => {
  const [first] = rank
  if (first === undefined) return ''
  return rank.length === 1 ? titleOf(refOf(first.object)) : `${rank.length} × ${first.object.kind}`
}

function toldOf(rank: readonly PlannedWrite[]): string {
  const created = rank.filter(({ verb }) => verb === 'create').length
  const changed = rank.length - created
  return [created > 0 ? `${created} created` : '', changed > 0 ? `${changed} changed` : ''].filter(Boolean).join(', ')
}

async function writeOne(
  { object, verb, takesOver }: PlannedWrite,
  { client, signal, forceConflicts }: CarryOutContext,
  onWait: (reason: string) => void,
): Promise<void> {
  const force = forceConflicts || verb === 'adopt' || takesOver
  await withRetries(() => client.apply(object, { force, fieldManager }), signal, onWait)
}

/** Removes this very object; one of its name that somebody made anew stays. */
async function removeOne(object: LiveObject, { client, signal }: CarryOutContext): Promise<void> {
  const { uid } = object.metadata
  try {
    await withRetries(() => client.delete(refOf(object), { uid, propagation: 'Background' }), signal)
  } catch (error) {
    if (!(error instanceof ClusterError) || !['conflict', 'not-found', 'no-such-kind'].includes(error.reason))
      throw error
  }
}
