import type { FleetStatus, ToldScaling } from '../../targets/index.ts'
import { withCondition, type Condition, type ConditionClaim } from './conditions.ts'

/** The status of a Fleet object, as `src/fleet/crd/status.ts` defines it. */
export interface FleetObjectStatus {
  readonly observedGeneration?: number
  readonly target?: string
  readonly address?: string
  readonly models?: number
  readonly readyModels?: number
  readonly revision?: string
  readonly modelStatus?: readonly ModelStatus[]
  /** Written by what scales it, apart from the rest. */
  readonly scaling?: readonly ToldScaling[]
  readonly conditions?: readonly Condition[]
}

/** How one model stands. */
interface ModelStatus {
  readonly name: string
  readonly replicas: number
  readonly readyReplicas: number
  readonly message?: string
}

/** What came of looking at a Fleet. */
export type Outcome =
  /** It was applied, or is as it should be, and this is how it stands. */
  | {
      readonly kind: 'applied'
      readonly target: string
      readonly models: readonly string[]
      readonly found: FleetStatus
    }
  /** It cannot be applied as it is written, or not by this controller; only a change of the Fleet or of the cluster mends it. */
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  /** Something failed that is tried again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  | { readonly kind: 'deleting'; readonly message: string }

const claim = (type: string, status: Condition['status'], reason: string, message: string): ConditionClaim => ({
  type,
  status,
  reason,
  message,
})

/** The status of a Fleet after an outcome. */
export function statusOf(
  before: FleetObjectStatus,
  outcome: Outcome,
  generation: number,
  date: Date,
): FleetObjectStatus {
  const rest = outcome.kind === 'applied' ? found(outcome) : {}
  let conditions: readonly Condition[] = before.conditions ?? []
  for (const each of claimsOf(outcome, before)) conditions = withCondition(conditions, each, generation, date)
  return { ...before, ...rest, observedGeneration: generation, conditions }
}

function claimsOf(outcome: Outcome, before: FleetObjectStatus): ConditionClaim[] {
  switch (outcome.kind) {
    case 'refused':
    case 'failed': {
      const { reason, message } = outcome
      // What serves goes on serving; what became of a change is not known.
      const wasReady = before.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
      return [
        ...(wasReady && outcome.kind === 'failed' ? [] : [claim('Ready', 'False', reason, message)]),
        claim('Progressing', outcome.kind === 'failed' ? 'True' : 'False', reason, message),
        claim('Degraded', 'True', reason, message),
      ]
    }
    case 'deleting': {
      const { message } = outcome
      return [claim('Ready', 'False', 'Deleting', message), claim('Progressing', 'True', 'Deleting', message)]
    }
    default:
      return appliedClaims(outcome)
  }
}

type Applied = Extract<Outcome, { kind: 'applied' }>

function appliedClaims({ models, found: status }: Applied): ConditionClaim[] {
  const states = modelStates(models, status)
  const ready = states.filter(isReady).length
  const gatewayServes =
    status.gateway === null || status.gateway.state === 'ready' || status.gateway.state === 'running'
  const waiting = states.filter((state) => !isReady(state)).map(({ name }) => name)
  const [problem] = status.problems ?? []
  const count = `${ready} of ${states.length} models are ready`
  const said = problem === undefined ? '' : `: ${problem.subject}: ${problem.what}`
  if (waiting.length === 0 && gatewayServes) {
    return [
      claim('Ready', 'True', 'Ready', `${count}.`),
      claim('Progressing', 'False', 'Complete', 'Nothing is under way.'),
      problem === undefined
        ? claim('Degraded', 'False', 'AsWanted', 'Nothing is wrong.')
        : claim('Degraded', 'True', conditionReason(problem.reason), `${problem.subject}: ${problem.what}`),
    ]
  }
  const why = gatewayServes ? `${count}; ${waiting.slice(0, 10).join(', ')} not yet` : `${count}; the gateway is not`
  return [
    claim('Ready', 'False', problem === undefined ? 'Starting' : conditionReason(problem.reason), `${why}${said}.`),
    claim('Progressing', 'True', 'Starting', `${why}.`),
    problem === undefined
      ? claim('Degraded', 'False', 'AsWanted', 'Nothing is wrong.')
      : claim('Degraded', 'True', conditionReason(problem.reason), `${problem.subject}: ${problem.what}`),
  ]
}

const isReady = ({ replicas, readyReplicas }: ModelStatus) => readyReplicas >= replicas

/** `image-pull` as `ImagePull`: reasons of conditions are CamelCase (Kubernetes API conventions). */
export const conditionReason = (word: string) =>
  word.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase()) || 'Unknown'

function found(outcome: Applied): FleetObjectStatus {
  const { target, models, found: status } = outcome
  const states = modelStates(models, status)
  const address = status.addresses?.[0] ?? status.gateway?.address
  const revision = status.cluster?.revision
  return {
    target,
    ...(address === undefined ? {} : { address }),
    ...(revision === undefined || revision === null ? {} : { revision: String(revision) }),
    models: states.length,
    readyModels: states.filter(isReady).length,
    modelStatus: states,
  }
}

/** Each model with its replicas over all of its roles. Models that the Fleet does not start have none and are ready. */
function modelStates(models: readonly string[], { pools = [], problems = [] }: FleetStatus): ModelStatus[] {
  return models.map((name) => {
    const own = pools.filter(({ model }) => model === name)
    const message = problems.find(({ subject }) => subject === `model ${name}`)?.what
    return {
      name,
      replicas: own.reduce((sum, { wanted }) => sum + wanted, 0),
      readyReplicas: own.reduce((sum, { ready, wanted }) => sum + Math.min(ready, wanted), 0),
      ...(message === undefined ? {} : { message: message.slice(0, 1024) }),
    }
  })
}
