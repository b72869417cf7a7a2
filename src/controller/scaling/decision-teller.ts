import type { ClusterClient, ObjectRef } from '../../kubernetes/index.ts'
import type { PoolScaling } from '../../operate/scaling/index.ts'
import { toldOf, type ToldScaling } from '../../targets/index.ts'

/** Who owns the decisions in the status of a Fleet, apart from the owner of the rest of it. */
const manager = 'fairlead-autoscale'
/** Between two writes of a Fleet where no number of replicas was changed, milliseconds. */
const quietMs = 30_000
/** As many as the definition of the status takes. */
const mostTold = 500

/**
 * Writes what was decided last into the status of a Fleet object: at once where a number of replicas was changed, else where
 * something is new, and not more often than every half a minute. A leader that comes after another keeps the last change.
 */
export class DecisionTeller {
  readonly #client: ClusterClient
  readonly #fleet: ObjectRef
  readonly #before: readonly ToldScaling[]
  /** What was told last, without its times. */
  #told: string | undefined
  #toldAtMs = -Infinity

  constructor(client: ClusterClient, fleet: ObjectRef, before: readonly ToldScaling[] = []) {
    this.#client = client
    this.#fleet = fleet
    this.#before = before
  }

  /**
   * Tells it where that is due.
   * @param isChange whether a number of replicas was changed
   * @param nowMs of a clock that goes on evenly
   * @throws what the API server answers
   */
  async tell(scalings: readonly PoolScaling[], isChange: boolean, nowMs: number): Promise<void> {
    if (!isChange && nowMs - this.#toldAtMs < quietMs) return
    const scaling = scalings.slice(0, mostTold).map((each) => this.#withLastChange(toldOf(each)))
    const said = JSON.stringify(scaling.map((each) => ({ ...each, decidedAt: undefined })))
    if (said === this.#told) return
    // A server that refuses is not asked again at once either.
    this.#toldAtMs = nowMs
    await write(this.#client, this.#fleet, scaling)
    this.#told = said
  }

  #withLastChange(told: ToldScaling): ToldScaling {
    const before = this.#before.find(({ model, role }) => model === told.model && role === told.role)?.lastChange
    return told.lastChange !== undefined || before === undefined ? told : { ...told, lastChange: before }
  }
}

/** Takes back what was told of a Fleet whose models are not scaled any more. */
export const takeBackDecisions = (client: ClusterClient, fleet: ObjectRef): Promise<void> => write(client, fleet, null)

async function write(client: ClusterClient, fleet: ObjectRef, scaling: readonly ToldScaling[] | null): Promise<void> {
  await client.patch(fleet, { status: { scaling } }, { subresource: 'status', fieldManager: manager })
}
