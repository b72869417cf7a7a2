import type { ContainerStatus, Pod } from '../../../kubernetes/index.ts'
import type { FleetProblem } from '../../contract.ts'
import { cannotPull, containersOf } from './pod-stage.ts'

/** What nodes have to offer. */
export interface NodeOffer {
  readonly name: string
  /** Value of `nvidia.com/gpu.product`; undefined without the label. */
  readonly product: string | undefined
  /** Allocatable GPUs. */
  readonly gpus: number
}

/** A problem of a pod, and whether its container's log tells more. */
export interface PodProblem extends Omit<FleetProblem, 'subject'> {
  /** The container whose log tells why. */
  readonly container?: string
  /** Whether its run before this one wrote it. */
  readonly previous?: boolean
  /** How it ended, for those who explain logs. */
  readonly exit?: { readonly code?: number; readonly reason?: string }
}

/** The first cause why a pod does not serve; undefined where it is on its way. */
export function podProblem(pod: Pod, nodes: readonly NodeOffer[] = []): PodProblem | undefined {
  const { status, metadata } = pod
  if (metadata.deletionTimestamp !== undefined) return undefined
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  if (unscheduled !== undefined) return unschedulable(pod, unscheduled.message ?? '', nodes)
  for (const container of containersOf(pod)) {
    const problem = containerProblem(container, pod)
    if (problem !== undefined) return problem
  }
  if (status?.phase === 'Failed') {
    return {
      reason: 'failed',
      what: `its pod ${metadata.name ?? ''} failed: ${status.reason ?? ''}`,
      ...(status.message === undefined ? {} : { why: status.message }),
    }
  }
  return undefined
}

function unschedulable(pod: Pod, message: string, nodes: readonly NodeOffer[]): PodProblem {
  const name = pod.metadata.name ?? ''
  const base = {
    reason: 'unschedulable',
    why: message,
    command: `kubectl describe pod ${name} -n ${pod.metadata.namespace ?? ''}`,
  }
  const products = wantedProducts(pod)
  const offered = nodes.filter(({ product }) => product !== undefined && products.includes(product))
  if (products.length > 0 && nodes.length > 0 && offered.length === 0) {
    const there = [...new Set(nodes.flatMap(({ product }) => product ?? []))]
    return {
      ...base,
      what: `no node has a GPU of type ${products.join(' or ')}`,
      mend: `${there.length === 0 ? 'No node has the label nvidia.com/gpu.product: is GPU Feature Discovery installed?' : `Nodes have ${there.join(', ')}.`} Change hardware.gpu of the model, or name nodes by placement.nodeSelector.`,
    }
  }
  const wanted = wantedGpus(pod)
  if (
    /Insufficient nvidia\.com\/gpu/.test(message) ||
    (wanted > 0 && nodes.length > 0 && nodes.every(({ gpus }) => gpus < wanted))
  ) {
    const fitting = offered.length > 0 ? offered : nodes
    const have = fitting.filter(({ gpus }) => gpus > 0).map(({ name: node, gpus }) => `${node} ${gpus}`)
    return {
      ...base,
      what: `no node has ${wanted} free GPU${wanted === 1 ? '' : 's'} (nvidia.com/gpu)`,
      mend: `${have.length === 0 ? 'No node offers any: is the device plugin of the GPU operator running?' : `Nodes have in all: ${have.join(', ')}.`} Add nodes, free GPUs, or ask for fewer replicas or GPUs.`,
    }
  }
  if (/unbound immediate PersistentVolumeClaims|persistentvolumeclaim .* not found/i.test(message)) {
    return {
      ...base,
      reason: 'volume-pending',
      what: 'its volume is not bound',
      mend: 'Look at its claim and its storage class.',
    }
  }
  return {
    ...base,
    what: `no node takes its pod ${name}`,
    mend: 'Compare what the pod asks for with what nodes have: placement, hardware and resources of the model.',
  }
}

function wantedGpus({ spec }: Pod): number {
  const limits = (spec?.containers ?? []).map(({ resources }) => Number(resources?.limits?.['nvidia.com/gpu'] ?? 0))
  return limits.reduce((sum, count) => sum + count, 0)
}

function wantedProducts({ spec }: Pod): readonly string[] {
  const selected = spec?.nodeSelector?.['nvidia.com/gpu.product']
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const required = terms.flatMap(({ matchExpressions }) =>
    (matchExpressions ?? []).flatMap(({ key, values }) => (key === 'nvidia.com/gpu.product' ? (values ?? []) : [])),
  )
  return selected === undefined ? required : [selected]
}

function containerProblem(container: ContainerStatus, pod: Pod): PodProblem | undefined {
  const { name, state, lastState, image, restartCount } = container
  const place = `kubectl describe pod ${pod.metadata.name ?? ''} -n ${pod.metadata.namespace ?? ''}`
  if (cannotPull(container)) {
    return {
      reason: 'image-pull',
      what: `image ${image} cannot be pulled`,
      ...(state?.waiting?.message === undefined ? {} : { why: state.waiting.message }),
      mend: 'Check its name and tag (models[].image, engineVersion), storage.images.pullSecrets, and whether nodes reach the registry.',
      command: place,
    }
  }
  if (state?.waiting?.reason === 'CreateContainerConfigError' || state?.waiting?.reason === 'CreateContainerError') {
    return {
      reason: 'config',
      what: `container ${name} cannot be made`,
      ...(state.waiting.message === undefined ? {} : { why: state.waiting.message }),
      mend: 'Most often a Secret or a key of it is absent.',
      command: place,
    }
  }
  const ended = state?.terminated ?? lastState?.terminated
  const isOver = state?.terminated !== undefined && state.terminated.exitCode !== 0
  const isLooping = state?.waiting?.reason === 'CrashLoopBackOff' || (restartCount > 0 && !container.ready)
  if (ended === undefined || (!isOver && !isLooping)) return undefined
  const exit = { code: ended.exitCode, ...(ended.reason === undefined ? {} : { reason: ended.reason }) }
  const log = { container: name, previous: state?.terminated === undefined, exit }
  if (ended.reason === 'OOMKilled') {
    return {
      ...log,
      reason: 'out-of-memory',
      what: `container ${name} was killed for memory${times(restartCount)}`,
      why: 'It used more than its limit, or its node had no more (OOMKilled).',
      mend: 'Raise resources.memory of the model, or load less: a smaller quantisation, kvCache.cpuOffload, fewer sequences.',
    }
  }
  return {
    ...log,
    reason: 'crash-loop',
    what: `container ${name} ended with exit code ${ended.exitCode}${times(restartCount)}`,
    ...(ended.message === undefined ? {} : { why: ended.message }),
    command: `kubectl logs ${pod.metadata.name ?? ''} -c ${name} -n ${pod.metadata.namespace ?? ''}${state?.terminated === undefined ? ' --previous' : ''}`,
  }
}

const times = (restarts: number) =>
  restarts === 0 ? '' : `, and was started again ${restarts} time${restarts === 1 ? '' : 's'}`
