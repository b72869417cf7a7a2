import { explainFailure } from '../../../engines/index.ts'
import { ClusterError, type ClusterClient, type Event, type LiveObject, type Node } from '../../../kubernetes/index.ts'
import type { EngineName } from '../../../fleet/index.ts'
import type { FleetProblem } from '../../contract.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, type FleetParts, type Live, type Workload } from '../fleets/parts.ts'
import { componentLabel, modelLabel, modelNameOf, roleLabel } from '../fleets/subjects.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { podProblem, type NodeOffer, type PodProblem } from './pod-problem.ts'
import { serviceProblem } from './service-problem.ts'
import { claimProblem, jobProblem, refusalProblem, workloadProblem } from './workload-problem.ts'

/** Lines of a log by which its end is explained. */
const explainedLines = 200
/** The last of them that are shown where nothing is known. */
const shownLines = 5

/** How people are told of a part: its model with its role, the gateway, else the object. */
export function partTitle(object: LiveObject, { inventory }: FoundFleet): string {
  const label = labelOf(object, modelLabel)
  if (label !== '') {
    if (labelOf(object, componentLabel) === 'router') return `router of model ${modelNameOf(inventory, label)}`
    const role = labelOf(object, roleLabel)
    return `model ${modelNameOf(inventory, label)}${role === '' || role === 'both' ? '' : ` (${role})`}`
  }
  return labelOf(object, componentLabel) === 'gateway' ? 'gateway' : titleOf(refOf(object))
}

/** What keeps parts of a Fleet from serving: one first cause for each part. */
export async function findProblems(
  client: ClusterClient,
  found: FoundFleet,
  parts: FleetParts,
): Promise<FleetProblem[]> {
  const waiting = parts.pods.filter(({ status }) => status?.phase === 'Pending')
  const [nodes, events] = await Promise.all([
    waiting.length > 0 ? listNodes(client) : [],
    waiting.length > 0 || parts.claims.some(({ status }) => status?.phase !== 'Bound') ? listEvents(client, found) : [],
  ])
  const problems = new Map<string, FleetProblem>()
  const note = (object: LiveObject, problem: Omit<FleetProblem, 'subject'> | undefined) => {
    const subject = partTitle(object, found)
    if (problem !== undefined && !problems.has(subject)) problems.set(subject, { subject, ...problem })
  }
  // A claim that is not bound is why its pods wait, and a refusal why there are none.
  for (const claim of parts.claims) note(claim, claimProblem(claim, events))
  for (const workload of parts.workloads)
    for (const each of [workload, ...madeOf(workload)])
      if (workloadProblem(each)?.reason !== 'deadline') note(workload, workloadProblem(each))
  for (const pod of parts.pods) {
    const problem = podProblem(pod, nodes)
    if (problem !== undefined && !problems.has(partTitle(pod, found)))
      note(pod, await explained(client, found, pod, problem))
  }
  for (const job of parts.jobs) note(job, jobProblem(job))
  for (const workload of parts.workloads) {
    for (const each of [workload, ...madeOf(workload)]) note(workload, workloadProblem(each))
    note(workload, serviceProblem(workload))
  }
  for (const event of events) noteMount(event, parts, note)
  return [...problems.values()]
}

const madeOf = ({ made = [] }: Workload) => made.map(({ workload }) => workload)

/** Volumes that cannot be mounted show in events only. */
function noteMount(
  { involvedObject: { kind, name }, reason, message }: Event,
  { pods }: FleetParts,
  note: (object: LiveObject, problem: Omit<FleetProblem, 'subject'>) => void,
): void {
  const pod = kind === 'Pod' ? pods.find(({ metadata }) => metadata.name === name) : undefined
  if (pod === undefined || pod.status?.phase !== 'Pending') return
  if (reason === 'FailedMount' || reason === 'FailedAttachVolume') {
    note(pod, { reason: 'volume-pending', what: 'a volume of its pod cannot be mounted', why: message ?? '' })
  } else if (reason === 'FailedCreate') {
    note(pod, refusalProblem(message ?? ''))
  }
}

/** A problem with what the container’s last lines mean. */
async function explained(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  pod: LiveObject,
  { container, previous = false, exit, ...problem }: PodProblem,
): Promise<Omit<FleetProblem, 'subject'>> {
  if (container === undefined) return problem
  const lines = await readLastLines(client, { namespace, pod: pod.metadata.name, container, previous })
  const engine = inventory.models.find(({ label }) => label === labelOf(pod, modelLabel))?.engine
  const known = explainFailure(engine as EngineName | undefined, lines, exit)
  if (known === undefined) {
    const last = lines.slice(-shownLines).join('\n')
    return { ...problem, ...(last === '' ? {} : { why: [problem.why, last].filter(Boolean).join('\n') }) }
  }
  const why = [known.meaning, known.line].filter((part) => part !== undefined).join(': ')
  return { ...problem, why, mend: known.mend, ...(known.command === undefined ? {} : { command: known.command }) }
}

/** The end of a container’s log; nothing where its node does not say. */
export async function readLastLines(
  client: ClusterClient,
  place: { readonly namespace: string; readonly pod: string; readonly container: string; readonly previous: boolean },
): Promise<string[]> {
  const lines: string[] = []
  try {
    for await (const line of client.logs({ ...place, tailLines: explainedLines })) lines.push(line)
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
  }
  return lines
}

/** What nodes offer; nothing where this account may not look. */
async function listNodes(client: ClusterClient): Promise<NodeOffer[]> {
  try {
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Node' })
    return (items as Live<Node>[]).map(({ metadata, status }) => ({
      name: metadata.name,
      product: metadata.labels?.['nvidia.com/gpu.product'],
      gpus: Number(status?.allocatable?.['nvidia.com/gpu'] ?? 0),
    }))
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return []
    throw error
  }
}

/** Events of the Fleet’s namespace, oldest first; nothing where this account may not look. */
async function listEvents(client: ClusterClient, { namespace }: FoundFleet): Promise<Live<Event>[]> {
  try {
    const { items } = await client.list({ apiVersion: 'v1', kind: 'Event', namespace })
    return (items as Live<Event>[]).toSorted((a, b) => eventTime(a).localeCompare(eventTime(b)))
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'forbidden') return []
    throw error
  }
}

/** When an event happened last. */
export function eventTime({ lastTimestamp, eventTime: at, series, metadata }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? at ?? metadata.creationTimestamp ?? ''
}
