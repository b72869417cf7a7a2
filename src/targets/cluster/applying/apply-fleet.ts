import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, KubernetesObject, ObjectRef } from '../../../kubernetes/index.ts'
import type { ApplyContext, FleetSecret, FleetSource, RenderedSource } from '../../contract.ts'
import { modelLabels } from '../../rendering/index.ts'
import { loadInventory, saveInventory, type StoredInventory } from '../inventory/inventory-store.ts'
import { unionOf, type Inventory, type ModelName } from '../inventory/inventory.ts'
import { fetchAhead } from '../fetching/fetch-ahead.ts'
import { refOf } from '../objects/object-names.ts'
import { decide, type ClusterPlan } from '../planning/decide.ts'
import type { DecideFor } from '../planning/decision.ts'
import { observeFleet } from '../planning/observe.ts'
import type { ObservedFleet } from '../planning/observed.ts'
import { digestOf } from '../revisions/revision-record.ts'
import { listRevisions, removeOldRevisions, saveRevision } from '../revisions/revision-store.ts'
import { wantedSecrets } from '../secrets/wanted-secrets.ts'
import type { ClusterTargetName } from '../target-names.ts'
import { blockedError } from './blocked.ts'
import { carryOut } from './carry-out.ts'
import { asOnlyOperator } from './lock.ts'
import { withRetries } from './with-retries.ts'

/** A Fleet as it is to be in a cluster. */
export interface DesiredState {
  readonly target: ClusterTargetName
  readonly fleet: FleetSource['fleet']
  /** The Fleet file as the person named it. */
  readonly shownAs?: string | undefined
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  readonly rendered: Pick<RenderedSource, 'positionOf' | 'fleetText' | 'version' | 'fetchers'>
}

/** What applying came to. */
export interface AppliedFleet {
  readonly revision: number
  readonly plan: ClusterPlan
}

/** What of a context applying needs. */
export type ApplyWork = Pick<ApplyContext, 'signal' | 'progress' | 'options' | 'timeoutMs' | 'onPlan'> & {
  /** What the desired state does not name and stays all the same. With it no revision comes of the work: it is a trial. */
  readonly keeps?: (ref: ObjectRef) => boolean
}

/** Looks and decides; changes nothing. */
export async function planState(
  client: ClusterClient,
  desired: DesiredState,
  { signal, options }: Pick<ApplyWork, 'signal' | 'options'>,
): Promise<ClusterPlan> {
  return decide(await observe(client, desired, signal), decideFor(desired, options))
}

function observe(client: ClusterClient, desired: DesiredState, signal: AbortSignal): Promise<ObservedFleet> {
  const { fleet, namespace, objects } = desired
  return observeFleet(client, { fleet: fleet.name, namespace, objects, secrets: secretsOfState(desired) }, signal)
}

/** The secrets that a Fleet as it is to be refers to. */
export const secretsOfState = ({ target, fleet, namespace, objects, rendered }: DesiredState): FleetSecret[] =>
  wantedSecrets({ target, fleet, namespace, objects, positionOf: rendered.positionOf })

const decideFor = (
  { fleet, target, rendered, shownAs }: DesiredState,
  options: ApplyContext['options'],
): DecideFor => ({
  fleet,
  target,
  shownAs,
  rendered,
  forceConflicts: options?.forceConflicts === true,
  pruneVolumes: options?.pruneVolumes === true,
})

/**
 * Has a cluster hold a Fleet as rendered. What may be there is written down before it is made, so that whatever interrupts
 * this, the next apply knows of everything and completes it.
 * @throws UserError, before anything is changed, where something is in the way
 */
export async function applyState(client: ClusterClient, desired: DesiredState, work: ApplyWork): Promise<AppliedFleet> {
  const { fleet, namespace } = desired
  const { signal, progress } = work
  const look = progress.step('Compare with the cluster')
  const seen = await observe(client, desired, signal).catch((error: unknown) => {
    look.fail('it could not be compared')
    throw error
  })
  const first = keeping(decide(seen, decideFor(desired, work.options)), work)
  if (first.blockers.length > 0) {
    look.fail(`${first.blockers.length} in the way`)
    throw blockedError(fleet.name, first.blockers)
  }
  look.succeed(countsOf(first))
  await makeNamespace(client, desired, work)
  return asOnlyOperator(client, { fleet: fleet.name, namespace, signal }, async (held) => {
    const stored = await loadInventory(client, fleet.name, namespace)
    // What was seen before the lock holds where nobody applied in between; in a new namespace nothing could be asked.
    const isSeen = seen.namespaceState === 'present' && stored?.inventory.since === seen.inventory?.since
    const plan = isSeen
      ? first
      : keeping(decide(await observe(client, desired, held), decideFor(desired, work.options)), work)
    if (plan.blockers.length > 0) throw blockedError(fleet.name, plan.blockers)
    work.onPlan?.(plan.actions)
    await fetchAhead(
      client,
      plan,
      { fleet: fleet.name, namespace, rendered: desired.rendered },
      { ...work, signal: held },
    )
    return settle(client, desired, plan, stored, { ...work, signal: held })
  })
}

/** The plan without the removal of what stays. */
function keeping(plan: ClusterPlan, { keeps }: ApplyWork): ClusterPlan {
  if (keeps === undefined) return plan
  const kept = plan.prunes.map(refOf).filter(keeps)
  const prunes = plan.prunes.filter((object) => !keeps(refOf(object)))
  return { ...plan, prunes, inventory: [...plan.inventory, ...kept] }
}

const countsOf = ({ writes, prunes }: ClusterPlan): string => {
  const created = writes.filter(({ verb }) => verb === 'create').length
  const parts = [
    created > 0 ? `${created} to create` : '',
    writes.length > created ? `${writes.length - created} to change` : '',
    prunes.length > 0 ? `${prunes.length} to prune` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'nothing to change' : parts.join(', ')
}

/** The namespace is there before anything in it can be written, the lock and the inventory included. */
async function makeNamespace(
  client: ClusterClient,
  { objects, namespace }: DesiredState,
  work: ApplyWork,
): Promise<void> {
  const object = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)
  if (object === undefined) return
  const live = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  if (live !== undefined) return
  await withRetries(() => client.apply(object), work.signal)
}

async function settle(
  client: ClusterClient,
  desired: DesiredState,
  plan: ClusterPlan,
  stored: StoredInventory | undefined,
  work: ApplyWork,
): Promise<AppliedFleet> {
  const { fleet, namespace, objects, rendered, target } = desired
  const { signal, options } = work
  const revisions = await listRevisions(client, fleet.name, namespace)
  const current = stored?.inventory.revision ?? 0
  const digest = digestOf(rendered.fleetText, objects)
  const isSameRevision = revisions.some((facts) => facts.number === current && facts.digest === digest)
  const isNothingToDo = plan.writes.length === 0 && plan.prunes.length === 0
  if (isNothingToDo && isSameRevision && stored?.inventory.state === 'settled') return { revision: current, plan }
  const facts = { fleet: fleet.name, target, models: modelNamesOf(fleet) }
  const applying: Inventory = {
    ...facts,
    state: 'applying',
    revision: current,
    since: new Date().toISOString(),
    objects: unionOf(stored?.inventory.objects ?? [], plan.inventory),
  }
  const begun = await save(client, applying, namespace, stored, signal)
  await carryOut(plan, {
    ...work,
    client,
    fleet: fleet.name,
    namespace,
    forceConflicts: options?.forceConflicts === true,
    inTurn: options?.wait !== false && options?.parallel !== Infinity,
    parallel: options?.parallel ?? 1,
  })
  const isTrial = work.keeps !== undefined
  const number = isSameRevision || isTrial ? current : current + 1
  const appliedAt = new Date().toISOString()
  if (number !== current) {
    const { version, fleetText } = rendered
    const reason = options?.reason ?? ''
    const record = { fleet: fleet.name, number, target, appliedAt, version, reason, fleetText, objects }
    await withRetries(() => saveRevision(client, record, namespace), signal)
  }
  const settled: Inventory = { ...facts, state: 'settled', revision: number, since: appliedAt, objects: plan.inventory }
  await save(client, settled, namespace, begun, signal)
  await removeOldRevisions(client, fleet.name, namespace)
  return { revision: number, plan }
}

/** Writes the inventory; a write whose answer was lost is recognised by what it wrote. */
async function save(
  client: ClusterClient,
  inventory: Inventory,
  namespace: string,
  before: StoredInventory | undefined,
  signal: AbortSignal,
): Promise<StoredInventory> {
  let isRepeated = false
  return withRetries(async () => {
    if (isRepeated) {
      const now = await loadInventory(client, inventory.fleet, namespace)
      if (now?.inventory.since === inventory.since && now.inventory.state === inventory.state) return now
    }
    isRepeated = true
    return saveInventory(client, inventory, namespace, before)
  }, signal)
}

/** What the Fleet’s labels stand for. */
function modelNamesOf(fleet: FleetSource['fleet']): ModelName[] {
  const labels = modelLabels(fleet)
  return fleet.models.map(({ name, engine }) => ({ label: labels.get(name) ?? name, name, engine }))
}

/** The rendered Fleet of a source. */
export function requireRendered(source: FleetSource): RenderedSource {
  if (source.rendered !== undefined) return source.rendered
  throw new UserError({
    what: `Fleet ${source.fleet.name} was not rendered for a cluster`,
    mend: 'Render it first; `renderSource` does.',
  })
}
