import { whoScales, type GatewaysAsked } from '../../operate/autoscale/index.ts'
import type { clusterTargetNames, ScaledPool, UnscaledPool } from '../../targets/index.ts'
import type { ConditionClaim } from '../status/index.ts'
import { keyFileOf } from './load-key.ts'

type ClusterTargetName = (typeof clusterTargetNames)[number]

/** Type of the condition that tells who scales a Fleet and whether that works. */
const type = 'Autoscaling'

/** How the loop of a Fleet stands. */
export type ScalerState =
  /** No round is over yet. */
  | { readonly kind: 'begins' }
  | { readonly kind: 'works' }
  /** For some time not all gateways have told their load. */
  | { readonly kind: 'blind'; readonly asked: GatewaysAsked; readonly hasKey: boolean }
  | { readonly kind: 'fails'; readonly message: string }

/** What is claimed of a Fleet whose models this controller scales; undefined where nothing is known yet. */
export function ownClaim(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  pools: readonly ScaledPool[],
  state: ScalerState,
): ConditionClaim | undefined {
  switch (state.kind) {
    case 'begins':
      return undefined
    case 'works':
      return { type, status: 'True', reason: 'FollowsLoad', message: `By load: ${listed(pools.map(poolText))}.` }
    case 'blind': {
      const { gateways, told } = state.asked
      const what =
        gateways === 0 ? 'No gateway runs that could tell its load' : `${told} of ${gateways} gateways tell their load`
      const mend = state.hasKey
        ? 'The others start, are away, or refuse the controller’s key, which has to be one of the Fleet with the scope admin.'
        : `They want a key of the Fleet with the scope admin; the controller has none at ${keyFileOf(namespace, name)} of its load keys.`
      const message = `${what}, so nothing is removed.${gateways === 0 ? '' : ` ${mend}`}`
      return { type, status: 'False', reason: 'LoadUnknown', message }
    }
    case 'fails':
      return { type, status: 'False', reason: 'ScalingFailed', message: state.message }
  }
}

const by: Readonly<Record<'hpa' | 'keda' | 'none', string>> = {
  hpa: 'a HorizontalPodAutoscaler',
  keda: 'KEDA',
  none: 'nobody',
}

/** What is claimed of a Fleet that others scale; undefined where none of its models is scaled at all. */
export function othersClaim(
  target: ClusterTargetName,
  { scaled, others }: { readonly scaled: readonly object[]; readonly others: readonly UnscaledPool[] },
): ConditionClaim | undefined {
  const who = whoScales(target)
  const theirs = others.flatMap(({ model, reason }) =>
    reason === 'hpa' || reason === 'keda' || reason === 'none' ? [`${model} by ${by[reason]}`] : [],
  )
  if (who !== null && scaled.length + theirs.length > 0) {
    return { type, status: 'False', reason: 'LeftToPlatform', message: who }
  }
  if (theirs.length === 0) return undefined
  const message = `Scaled as autoscale.by says, and not by the controller: ${listed([...new Set(theirs)])}.`
  return { type, status: 'False', reason: 'LeftToOthers', message }
}

/** Said where a Fleet had such a condition and has nothing to scale any more. */
export const fixedClaim: ConditionClaim = {
  type,
  status: 'False',
  reason: 'Fixed',
  message: 'No model has minReplicas and maxReplicas.',
}

/** A pool with its bounds, as messages list it. */
const poolText = ({ model, role, settings: { min, max } }: ScaledPool): string =>
  `${poolName({ model, role })} ${min} to ${max} replicas`

/** A pool as people read it. */
export const poolName = ({ model, role }: Pick<ScaledPool, 'model' | 'role'>): string =>
  role === 'both' ? model : `${model} (${role})`

const mostListed = 10
const listed = (names: readonly string[]) =>
  names.length <= mostListed
    ? names.join(', ')
    : `${names.slice(0, mostListed).join(', ')} and ${names.length - mostListed} more`
