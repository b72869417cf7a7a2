import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../../../src/kubernetes/index.ts'

/** What a kubelet knows of a Pod. */
export interface PodFacts {
  /** As the API server has it. */
  readonly pod: Pod
  readonly hostAddress: string
  readonly startTime: string
  /** Undefined before it has a sandbox. */
  readonly podAddress: string | undefined
  readonly initContainers: readonly ContainerStatus[]
  readonly containers: readonly ContainerStatus[]
  /** Why it failed as a whole, whatever its containers do, such as `OutOfnvidia.com/gpu`. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined
}

type Phase = NonNullable<PodStatus['phase']>

const isSidecar = (pod: Pod, name: string) =>
  pod.spec?.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always') ??
  false

function isInitialized({ pod, initContainers }: PodFacts): boolean {
  const all = pod.spec?.initContainers ?? []
  const isDone = ({ name, state, started, lastState }: ContainerStatus) =>
    isSidecar(pod, name) ? started === true || lastState?.terminated !== undefined : state?.terminated?.exitCode === 0
  return initContainers.length === all.length && initContainers.every(isDone)
}

/** Kubernetes documentation, "Pod Lifecycle", Pod phase. */
export function phaseOf(facts: PodFacts): Phase {
  const { pod, containers, initContainers, failure } = facts
  if (failure !== undefined) return 'Failed'
  const policy = pod.spec?.restartPolicy ?? 'Always'
  const isDead = ({ name, state }: ContainerStatus) =>
    !isSidecar(pod, name) && state?.terminated !== undefined && state.terminated.exitCode !== 0
  if (!isInitialized(facts)) return policy === 'Never' && initContainers.some(isDead) ? 'Failed' : 'Pending'
  if (containers.length === 0) return 'Pending'
  if (containers.some(({ state, lastState }) => state?.waiting !== undefined && lastState?.terminated === undefined))
    return 'Pending'
  const areOver = containers.every(({ state }) => state?.terminated !== undefined)
  if (!areOver) return 'Running'
  const haveSucceeded = containers.every(({ state }) => state?.terminated?.exitCode === 0)
  if (pod.metadata?.deletionTimestamp !== undefined) return haveSucceeded ? 'Succeeded' : 'Failed'
  if (policy === 'Always' || (policy === 'OnFailure' && !haveSucceeded)) return 'Running'
  return haveSucceeded ? 'Succeeded' : 'Failed'
}

function conditionsOf(facts: PodFacts, phase: Phase, now: string): readonly PodCondition[] {
  const { pod, containers, podAddress } = facts
  const before = pod.status?.conditions ?? []
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name)
  const areReady = !isOver && containers.length > 0 && unready.length === 0
  const gates = (pod.spec?.readinessGates ?? []).every(({ conditionType }) =>
    before.some(({ type, status }) => type === conditionType && status === 'True'),
  )
  const why = isOver
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  const condition = (
    type: string,
    holds: boolean,
    reason: { reason: string; message?: string } | object = {},
  ): PodCondition => {
    const status = holds ? 'True' : 'False'
    const same = before.find((each) => each.type === type && each.status === status)
    return { type, status, lastTransitionTime: same?.lastTransitionTime ?? now, ...(holds ? {} : reason) }
  }
  const own = [
    condition('PodReadyToStartContainers', podAddress !== undefined && !isOver),
    condition('Initialized', isInitialized(facts), { reason: 'ContainersNotInitialized' }),
    condition('Ready', areReady && gates, areReady ? { reason: 'ReadinessGatesNotReady' } : why),
    condition('ContainersReady', areReady, why),
  ]
  const names = new Set(own.map(({ type }) => type))
  return [...own, ...before.filter(({ type }) => !names.has(type))]
}

/** The status that a kubelet writes of a Pod. */
export function statusOf(facts: PodFacts, now: string): PodStatus {
  const phase = phaseOf(facts)
  const { podAddress, hostAddress, failure } = facts
  return {
    phase,
    conditions: conditionsOf(facts, phase, now),
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    startTime: facts.startTime,
    ...(podAddress === undefined ? {} : { podIP: podAddress, podIPs: [{ ip: podAddress }] }),
    ...(failure === undefined ? {} : failure),
    initContainerStatuses: facts.initContainers,
    containerStatuses: facts.containers,
  }
}
