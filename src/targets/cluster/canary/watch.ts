import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ApplyContext, RolloutStatus } from '../../contract.ts'
import { rolloutStatus } from '../changing/rollout-status.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import type { Workload } from '../fleets/parts.ts'
import { modelNameOf } from '../fleets/subjects.ts'
import { workloadState } from '../waiting/rollout-state.ts'
import type { ClusterTargetName } from '../target-names.ts'
import { askGateways } from './ask-gateways.ts'
import { abortCanary, promoteCanary } from './end.ts'
import { judgeCanary, type Judgement } from './judge.ts'
import { Outcomes } from './outcomes.ts'
import { loadCanary, updateCanary, type CanaryState } from './record.ts'
import { shareOf, tellShare } from './share.ts'

/** Often enough that a canary which fails everything is taken back within seconds. */
const pollMs = 2_000
/** Gateways that tell nothing for so long leave a canary unjudged, which is no state to leave requests in. */
const mostSilentMs = 60_000

/** A trial while it is watched. */
interface Watch {
  readonly client: ClusterClient
  readonly found: FoundFleet
  readonly context: ApplyContext
  readonly outcomes: Outcomes
  /** Milliseconds of `performance.now`: since when its share is what it is, it has no ready replica, gateways are silent. */
  since: number
  unreadySince: number | null
  silentSince: number | null
}

/**
 * Watches a canary: raises its share while it is no worse than what serves, promotes it after the last, takes it back where it
 * is worse. Ends, and leaves it as it is, where somebody pauses it; what interrupts this can be resumed.
 */
export async function watchCanary(
  client: ClusterClient,
  found: FoundFleet,
  target: ClusterTargetName,
  context: ApplyContext,
  begun?: CanaryState,
): Promise<RolloutStatus[]> {
  const { fleet } = found.inventory
  const { namespace } = found
  const watch: Watch = {
    client,
    found,
    context,
    outcomes: new Outcomes(),
    since: performance.now(),
    unreadySince: null,
    silentSince: null,
  }
  const first = begun ?? (await requireState(watch))
  await tellShare(client, namespace, first, shareOf(first))
  let step = context.progress.step(titleOf(first))
  try {
    for (;;) {
      context.signal.throwIfAborted()
      const state = await requireState(watch)
      if (state.phase === 'paused') {
        step.succeed(`paused at ${shareOf(state)}%`)
        return await rolloutStatus(client, fleet, undefined)
      }
      const judged = await look(watch, state)
      step.update(judged.reason)
      if (judged.verdict === 'abort') {
        step.fail(judged.reason)
        return await takeBack(watch, state, target, judged.reason)
      }
      if (judged.verdict === 'pass') {
        const next = advanced(state, judged.reason)
        const isAsJudged = ({ phase, step: now }: CanaryState) => phase === state.phase && now === state.step
        if (!(await updateCanary(client, fleet, namespace, (now) => (isAsJudged(now) ? next : undefined)))) continue
        step.succeed(judged.reason)
        if (next.phase === 'passed') return await finish(watch, state, target)
        await tellShare(client, namespace, next, shareOf(next))
        watch.since = performance.now()
        watch.outcomes.begin()
        step = context.progress.step(titleOf(next))
      }
      await delay(pollMs, undefined, { signal: context.signal })
    }
  } catch (error) {
    if (!context.signal.aborted) throw error
    step.fail('no longer watched')
    context.progress.note(
      `The canary keeps its share and nobody judges it; go on with \`fairlead rollout resume --fleet ${fleet} -n ${namespace}\`, or end it with promote or abort.`,
    )
    throw error
  }
}

const titleOf = (state: CanaryState): string =>
  `Canary with ${shareOf(state)}% (${state.step + 1} of ${state.settings.shares.length})`

/** The state after a share that was held well. */
function advanced(state: CanaryState, reason: string): CanaryState {
  const step = state.step + 1
  return step < state.settings.shares.length ? { ...state, step, reason } : { ...state, phase: 'passed', reason }
}

async function requireState({ client, found }: Watch): Promise<CanaryState> {
  const { namespace, inventory } = found
  const state = await loadCanary(client, inventory.fleet, namespace)
  if (state !== undefined) return state
  throw new UserError({
    what: 'The canary is gone',
    why: 'Somebody promoted or aborted it, or applied the Fleet.',
    mend: 'Look at what is applied now.',
    command: `fairlead rollout status --fleet ${inventory.fleet} -n ${namespace}`,
  })
}

/** Asks all gateways, and judges every model’s canary; the worst of the judgements is that of the trial. */
async function look(watch: Watch, state: CanaryState): Promise<Judgement> {
  const { client, found, context, outcomes } = watch
  const words = await askGateways(client, found, context.environment)
  const now = performance.now()
  for (const [gateway, report] of words) outcomes.take(gateway, report)
  watch.silentSince = words.size > 0 ? null : (watch.silentSince ?? now)
  if (watch.silentSince !== null && now - watch.silentSince > mostSilentMs) {
    return { verdict: 'abort', reason: 'no gateway has told for a minute what becomes of requests' }
  }
  watch.unreadySince = (await areReady(watch, state)) ? null : (watch.unreadySince ?? now)
  const { settings } = state
  const judged = state.models.map(({ label }) => {
    const model = modelNameOf(found.inventory, label)
    const { verdict, reason } = judgeCanary(
      {
        stable: outcomes.of(model, 'stable'),
        canary: outcomes.of(model, 'canary'),
        watchedMs: now - watch.since,
        stepMs: settings.stepMs,
        fewestRequests: settings.fewestRequests,
        unreadyMs: watch.unreadySince === null ? 0 : now - watch.unreadySince,
      },
      settings,
    )
    return { verdict, reason: state.models.length === 1 ? reason : `${model}: ${reason}` }
  })
  const first = (verdict: Judgement['verdict']) => judged.find((each) => each.verdict === verdict)
  return first('abort') ?? first('watch') ?? judged[0] ?? { verdict: 'pass', reason: 'nothing is tried' }
}

/** Whether each canary has a replica that is ready. */
async function areReady({ client, found: { namespace } }: Watch, { models }: CanaryState): Promise<boolean> {
  const ready = await Promise.all(
    models.map(async ({ deployment: name }) => {
      const live = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name })
      return live !== undefined && workloadState(live as Workload).ready > 0
    }),
  )
  return ready.every(Boolean)
}

async function finish(
  { client, found, context }: Watch,
  state: CanaryState,
  target: ClusterTargetName,
): Promise<RolloutStatus[]> {
  const { namespace, inventory } = found
  if (state.settings.promotes) await promoteCanary(client, inventory.fleet, namespace, target, context)
  else context.progress.note(`It may be promoted: fairlead rollout promote --fleet ${inventory.fleet} -n ${namespace}`)
  return rolloutStatus(client, inventory.fleet, undefined)
}

/** Takes the canary back, and tells of each model that it failed and why. */
async function takeBack(
  { client, found, context }: Watch,
  { models }: CanaryState,
  target: ClusterTargetName,
  reason: string,
): Promise<RolloutStatus[]> {
  const { namespace, inventory } = found
  await abortCanary(client, inventory.fleet, namespace, target, context)
  context.progress.note(`The canary was taken back: ${reason}.`)
  const after = await rolloutStatus(client, inventory.fleet, undefined)
  return [
    ...after,
    ...models.map(({ label }): RolloutStatus => ({
      model: modelNameOf(inventory, label),
      role: 'canary',
      state: 'failed',
      wanted: 0,
      updated: 0,
      ready: 0,
      message: `taken back: ${reason}`,
    })),
  ]
}
