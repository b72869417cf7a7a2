import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ApplyContext, CanarySettings, RolloutStatus } from '../../contract.ts'
import { applyState, type DesiredState } from '../applying/apply-fleet.ts'
import { earlierState } from '../changing/rollback.ts'
import { untilRolledOut } from '../changing/until-rolled-out.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { modelNameOf } from '../fleets/subjects.ts'
import { askGateways } from './ask-gateways.ts'
import { abortCanary } from './end.ts'
import { digestOfTried, isTried, loadCanary, recordOf } from './record.ts'
import { trialOf, type TriedModel } from './trial.ts'
import { watchCanary } from './watch.ts'

/**
 * Tries a changed Fleet on a part of the requests: makes a canary of each model whose pods change, raises its share step by
 * step while it is no worse than what serves, and then applies the Fleet; takes it back where it is worse.
 * @throws UserError, before anything is changed, where it cannot be tried
 */
export async function startCanary(
  client: ClusterClient,
  desired: DesiredState,
  settings: CanarySettings,
  context: ApplyContext,
): Promise<RolloutStatus[]> {
  const { fleet, namespace, rendered, objects } = desired
  const found = await requireFleet(client, fleet.name, namespace)
  const tried = { fleetText: rendered.fleetText, version: rendered.version, objects }
  const known = await loadCanary(client, fleet.name, namespace)
  if (known?.digest === digestOfTried(tried) && isTried(found.inventory)) {
    context.progress.note('This change is tried already; going on from there.')
    return watchCanary(client, found, desired.target, context)
  }
  await refuse(client, desired, found, context)
  const { desired: stable } = await earlierState(client, fleet.name, desired.target, found.inventory.revision)
  const trial = trialOf(stable.objects, objects, settings.replicas)
  const { state, objects: record } = recordOf(fleet.name, namespace, tried, {
    models: trial.models,
    settings,
    step: 0,
    phase: 'watched',
    reason: 'it starts',
  })
  // What serves stays as it is: nothing else is written, and nothing is removed.
  await applyState(client, { ...stable, objects: [...record, ...trial.objects] }, { ...context, keeps: () => true })
  const here = await requireFleet(client, fleet.name, namespace)
  try {
    for (const model of trial.models) await untilReady(client, here, model, context)
  } catch (error) {
    if (!(error instanceof UserError) || context.signal.aborted) throw error
    await abortCanary(client, fleet.name, namespace, desired.target, context)
    throw new UserError({
      ...error.parts,
      what: `The canary was taken back before it got a request: ${error.parts.what}`,
      mend: `What served goes on to serve. ${error.parts.mend ?? ''}`.trim(),
      cause: error,
    })
  }
  return watchCanary(client, here, desired.target, context, state)
}

async function untilReady(client: ClusterClient, found: FoundFleet, model: TriedModel, context: ApplyContext) {
  const { namespace, inventory } = found
  const step = context.progress.step(`Start the canary of ${modelNameOf(inventory, model.label)}`)
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: model.deployment }
  try {
    await untilRolledOut(client, found, ref, context, (message) => step.update(message))
    step.succeed('ready')
  } catch (error) {
    step.fail('not ready')
    throw error
  }
}

/** Whatever stands against a trial. */
async function refuse(
  client: ClusterClient,
  { fleet, namespace }: DesiredState,
  found: FoundFleet,
  { environment }: ApplyContext,
): Promise<void> {
  const { inventory } = found
  if (isTried(inventory)) {
    throw new UserError({
      what: `Another change of Fleet ${fleet.name} is being tried`,
      mend: 'Promote or abort it first.',
      command: `fairlead rollout status --fleet ${fleet.name} -n ${namespace}`,
    })
  }
  if (inventory.state !== 'settled' || inventory.revision === 0) {
    throw new UserError({
      what: `Fleet ${fleet.name} is not wholly applied, so there is nothing to compare a canary with`,
      mend: 'Apply it as it serves now.',
      command: 'fairlead apply',
    })
  }
  if (fleet.targets.kubernetes.discovery === 'dns') {
    throw new UserError({
      what: 'The gateways of this Fleet cannot divide requests between variants',
      why: 'They look replicas up in DNS (targets.kubernetes.discovery: dns), which tells no share.',
      mend: 'Set targets.kubernetes.discovery: endpointSlices and apply it, or update without --canary.',
      command: 'fairlead explain targets.kubernetes.discovery',
    })
  }
  if ((await askGateways(client, found, environment)).size > 0) return
  throw new UserError({
    what: 'No gateway tells what becomes of requests, so a canary could not be judged',
    why: 'The gateways’ administration (/admin/v1/load) is asked through the API server, with the key in FAIRLEAD_API_KEY where they want one.',
    mend: 'Look whether a gateway is ready, whether this account may forward ports of pods, and set FAIRLEAD_API_KEY to a key with scope admin.',
    command: `fairlead status ${fleet.name} -n ${namespace}`,
  })
}
