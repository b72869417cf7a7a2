import { explainFailure } from '../../../engines/index.ts'
import { ClusterError, type LiveObject } from '../../../kubernetes/index.ts'
import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { clusterTargets as targets } from './access-checks.ts'
import { conditionOf, listAt, partAt, textAt, type Part } from './object-parts.ts'
import type { ClusterCheckPlace } from './place.ts'

/** Lines that are read of the log of a container that ended. */
const tailLines = 500
const none = notApplicable('no pod of this Fleet is there')
const podsOf = (place: ClusterCheckPlace) => place.list('v1', 'Pod', { ofFleet: true })
const containersOf = (pod: LiveObject) =>
  listAt(pod, 'status', 'initContainerStatuses').concat(listAt(pod, 'status', 'containerStatuses'))
const waitingReason = (container: Part) => textAt(container, 'state', 'waiting', 'reason')
const hasFinished = (pod: LiveObject) => textAt(pod, 'status', 'phase') === 'Succeeded'

/** Pods of the Fleet, from their node to their readiness. */
export const podChecks: readonly Check<ClusterCheckPlace>[] = [
  {
    id: 'cluster.volumes-bound',
    targets,
    what: 'the claims of the Fleet are bound',
    why: 'A pod waits for its volume.',
    how: 'phase of each claim of the Fleet, and what its events say',
    mend: 'Look at the events of the claim; its class may make no volume of that size or access mode.',
    command: 'kubectl describe pvc -n {namespace} -l fairlead.dev/fleet={fleet}',
    after: ['cluster.namespace'],
    look: async (place) => {
      const claims = await place.list('v1', 'PersistentVolumeClaim', { ofFleet: true })
      if (claims.length === 0) return notApplicable('the Fleet has none')
      const open = claims.filter((claim) => textAt(claim, 'status', 'phase') !== 'Bound')
      if (open.length === 0) return ok(`${claims.length} claims`)
      const said = await Promise.all(
        open.map(
          async (claim) =>
            `${claim.metadata.name} is ${textAt(claim, 'status', 'phase') || 'new'}${await eventOf(claim, place)}`,
        ),
      )
      // A class that waits for the first consumer binds when a pod comes.
      return said.every((text) => text.includes('WaitForFirstConsumer'))
        ? warning(said.join('; '))
        : failed(said.join('; '))
    },
  },
  {
    id: 'cluster.pods-scheduled',
    targets,
    what: 'every pod has a node',
    why: 'A pod without one does nothing.',
    how: 'condition PodScheduled of each pod, in the scheduler’s own words',
    mend: 'Give it what it asks for: nodes with GPUs of that type, room, labels, tolerations.',
    command: 'kubectl describe pods -n {namespace} -l fairlead.dev/fleet={fleet}',
    after: ['cluster.namespace'],
    look: async (place) => {
      const pods = await podsOf(place)
      if (pods.length === 0) return none
      const open = pods.filter((pod) => conditionOf(pod, 'PodScheduled')?.status === 'False')
      const [first] = open
      if (first === undefined) return ok(`${pods.length} pods`)
      const message = conditionOf(first, 'PodScheduled')?.message ?? ''
      const scaleUp = (await eventsOf(first, place)).find((event) => textAt(event, 'reason') === 'TriggeredScaleUp')
      // The cluster autoscaler makes a node; that takes minutes and mends itself.
      if (scaleUp !== undefined)
        return warning(`${open.length} pods wait for a node that is being made: ${textAt(scaleUp, 'message')}`, 'Wait.')
      return failed(
        `${first.metadata.name}${open.length === 1 ? '' : ` and ${open.length - 1} more`}: ${message || 'no node yet'}`,
        mendOf(message),
      )
    },
  },
  {
    id: 'cluster.images',
    targets,
    what: 'the images are pulled',
    why: 'A container whose image cannot be had never starts.',
    how: 'containers that wait with ErrImagePull or its like',
    mend: 'Correct `image`, `engineVersion` or `storage.images.registry`, or name `storage.images.pullSecrets`.',
    command: 'kubectl describe pods -n {namespace} -l fairlead.dev/fleet={fleet}',
    after: ['cluster.pods-scheduled'],
    look: async (place) => {
      const pods = await podsOf(place)
      if (pods.length === 0) return none
      const bad = pods.flatMap((pod) =>
        containersOf(pod)
          .filter((container) =>
            /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|RegistryUnavailable)$/.test(
              waitingReason(container),
            ),
          )
          .map(
            (container) =>
              `${pod.metadata.name}: ${textAt(container, 'image')}: ${textAt(container, 'state', 'waiting', 'message') || waitingReason(container)}`,
          ),
      )
      return bad.length === 0 ? ok(`${pods.length} pods`) : failed(bad.join('; '))
    },
  },
  {
    id: 'cluster.containers-start',
    targets,
    what: 'the containers can be made',
    why: 'One whose Secret or ConfigMap is missing, or whose device cannot be handed over, never starts.',
    how: 'containers that wait with CreateContainerConfigError or its like',
    mend: 'Make what the message names.',
    command: 'kubectl get events -n {namespace} --field-selector type=Warning',
    after: ['cluster.images'],
    look: async (place) => {
      const pods = await podsOf(place)
      if (pods.length === 0) return none
      const bad = pods.flatMap((pod) =>
        containersOf(pod)
          .filter((container) =>
            /^(?:CreateContainer\w*Error|RunContainerError|StartError)$/.test(waitingReason(container)),
          )
          .map(
            (container) =>
              `${pod.metadata.name}: ${textAt(container, 'state', 'waiting', 'message') || waitingReason(container)}`,
          ),
      )
      return bad.length === 0 ? ok(`${pods.length} pods`) : failed(bad.join('; '))
    },
  },
  {
    id: 'cluster.containers-run',
    targets,
    what: 'no container ends again and again',
    why: 'An engine that ends while it loads never serves.',
    how: 'containers in CrashLoopBackOff or that ended with an error, their last lines, and what those mean',
    mend: 'Read the log of the run before the last restart.',
    command: 'fairlead logs --previous',
    after: ['cluster.containers-start'],
    look: async (place) => {
      const pods = await podsOf(place)
      if (pods.length === 0) return none
      for (const pod of pods) {
        for (const container of containersOf(pod)) {
          const ended = endOf(container)
          if (ended === undefined) continue
          return failed(...(await whyEnded(pod, container, ended, place)))
        }
      }
      return ok(`${pods.length} pods`)
    },
  },
  {
    id: 'cluster.pods-ready',
    targets,
    what: 'every pod is ready: its model is loaded and it answers',
    why: 'Only ready pods get requests.',
    how: 'condition Ready of each pod, and how long it has been coming up',
    mend: 'Wait while models load; a pod that stays so has its reason in its events.',
    command: 'fairlead doctor --why loading',
    after: ['cluster.pods-scheduled', 'cluster.images', 'cluster.containers-start', 'cluster.containers-run'],
    look: async (place) => {
      const pods = (await podsOf(place)).filter((pod) => !hasFinished(pod))
      if (pods.length === 0) return none
      const open = pods.filter((pod) => conditionOf(pod, 'Ready')?.status !== 'True')
      if (open.length === 0) return ok(`${pods.length} pods`)
      const said = open.map(
        (pod) => `${pod.metadata.name} for ${minutesSince(textAt(pod, 'status', 'startTime'), place)}`,
      )
      return warning(`${said.length} of ${pods.length} are not ready yet: ${said.join(', ')}`)
    },
  },
]

interface End {
  readonly code: number | null
  readonly reason: string
  /** Whether it runs again, so that its log is that of the run before. */
  readonly isPrevious: boolean
}

/** How a container ended, where it ended badly: now, or before its last restart while it waits for the next. */
function endOf(container: Part): End | undefined {
  const now = partAt(container, 'state', 'terminated')
  const before = partAt(container, 'lastState', 'terminated')
  const isWaiting = waitingReason(container) === 'CrashLoopBackOff'
  const end = now ?? (isWaiting || container['ready'] === false ? before : undefined)
  if (end === undefined || textAt(end, 'reason') === 'Completed') return undefined
  const code = partAt(end, 'exitCode')
  return {
    code: typeof code === 'number' ? code : null,
    reason: textAt(end, 'reason'),
    isPrevious: now === undefined && !isWaiting,
  }
}

/** What a container’s end means: what is told, and the mend. */
async function whyEnded(
  pod: LiveObject,
  container: Part,
  end: End,
  place: ClusterCheckPlace,
): Promise<[string, (string | undefined)?, (string | undefined)?]> {
  const name = textAt(container, 'name')
  const restarts = Number(partAt(container, 'restartCount') ?? 0)
  const lines = await lastLines(pod, name, restarts > 0 && end.isPrevious, place)
  const explained = explainFailure(undefined, lines, { code: end.code, reason: end.reason })
  const how = `${pod.metadata.name}/${name} ended with ${end.reason || `code ${end.code}`}${restarts === 0 ? '' : `, ${restarts} restarts`}`
  if (explained === undefined) {
    const last = lines.findLast((line) => line.trim() !== '')
    return [`${how}${last === undefined ? '' : `; its last line: ${last}`}`]
  }
  return [
    `${how}: ${explained.meaning}${explained.line === undefined ? '' : ` (“${explained.line}”)`}`,
    explained.mend,
    explained.command,
  ]
}

async function lastLines(
  pod: LiveObject,
  container: string,
  previous: boolean,
  place: ClusterCheckPlace,
): Promise<string[]> {
  const lines: string[] = []
  try {
    const query = { namespace: place.namespace, pod: pod.metadata.name, container, tailLines, previous }
    for await (const line of place.cluster.logs(query)) lines.push(line)
  } catch (error) {
    // A container that never ran has no log; its end is told without.
    if (!(error instanceof ClusterError)) throw error
  }
  return lines
}

async function eventsOf({ kind, metadata }: LiveObject, place: ClusterCheckPlace): Promise<readonly LiveObject[]> {
  const events = await place.list('v1', 'Event')
  return events.filter(
    (event) =>
      textAt(event, 'involvedObject', 'name') === metadata.name &&
      (kind === undefined ||
        textAt(event, 'involvedObject', 'kind') === kind ||
        textAt(event, 'involvedObject', 'kind') === ''),
  )
}

async function eventOf(object: LiveObject, place: ClusterCheckPlace): Promise<string> {
  const last = (await eventsOf(object, place)).at(-1)
  return last === undefined ? '' : `: ${textAt(last, 'reason')}: ${textAt(last, 'message')}`
}

/** What mends the scheduler’s refusal, by its words (kube-scheduler, plugins NodeResourcesFit, NodeAffinity, TaintToleration). */
function mendOf(message: string): string | undefined {
  if (/Insufficient (?:nvidia|amd)\.com/.test(message))
    return 'Add nodes with GPUs, lower `replicas` or `parallelism`, or free GPUs that others hold.'
  if (/Insufficient (?:cpu|memory|ephemeral-storage)/.test(message))
    return 'Lower `resources` of the model, or add nodes.'
  if (/untolerated taint/.test(message)) return 'Add the taint to `placement.tolerations`.'
  if (/node affinity|selector/.test(message)) return 'Correct `hardware.gpu` or `placement`, or label nodes.'
  if (/unbound immediate PersistentVolumeClaims/.test(message)) return 'Look at cluster.volumes-bound.'
  return undefined
}

function minutesSince(time: string, { now }: ClusterCheckPlace): string {
  const since = Date.parse(time)
  return Number.isNaN(since) ? 'an unknown time' : `${Math.max(0, Math.round((now().getTime() - since) / 60_000))} min`
}
