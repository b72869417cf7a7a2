import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import { ClusterError, type ClusterClient, type Pod } from '../../../kubernetes/index.ts'
import type { LogLine, LogQuery } from '../../contract.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, type Live } from '../fleets/parts.ts'
import { isSubject, unknownSubject } from '../fleets/subjects.ts'
import { mergeStreams } from './merge-streams.ts'

/** How often a followed Fleet is looked at for new pods. */
const pollMs = 2_000

interface ContainerPlace {
  /** As lines are marked: the pod, and the container where there are several. */
  readonly source: string
  readonly pod: string
  readonly container: string
  /** A container that was started again has a log of its own. */
  readonly key: string
  readonly hasStarted: boolean
}

function containersOf(pod: Live<Pod>): ContainerPlace[] {
  const { name } = pod.metadata
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map((container) => container.name)
  const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  return all.map((container) => {
    const state = states.find((status) => status.name === container)
    const hasStarted =
      state?.state?.running !== undefined || state?.state?.terminated !== undefined || (state?.restartCount ?? 0) > 0
    const source = all.length === 1 ? name : `${name}/${container}`
    return {
      source,
      pod: name,
      container,
      key: `${pod.metadata.uid} ${container} ${state?.restartCount ?? 0}`,
      hasStarted,
    }
  })
}

async function placesOf(
  client: ClusterClient,
  found: FoundFleet,
  subject: string | undefined,
): Promise<ContainerPlace[]> {
  const { namespace, inventory } = found
  const pods = (await listOfFleet(
    client,
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace, fleet: inventory.fleet },
  )) as Live<Pod>[]
  const chosen = pods.filter((pod) => isSubject(pod, subject, inventory))
  if (chosen.length === 0 && subject !== undefined && !isKnown(found, subject)) {
    throw unknownSubject(
      inventory.fleet,
      subject,
      inventory,
      pods.map(({ metadata }) => metadata.name),
    )
  }
  return chosen.flatMap(containersOf)
}

const isKnown = ({ inventory }: FoundFleet, subject: string) =>
  subject === 'gateway' || inventory.models.some(({ name, label }) => name === subject || label === subject)

/** The logs of a Fleet’s pods: of one after the other, then new lines of all as they come, of pods that come too. */
export async function* readLogs(client: ClusterClient, fleet: string, query: LogQuery): AsyncGenerator<LogLine> {
  const { subject, follow, tail, previous = false, signal } = query
  const found = await requireFleet(client, fleet)
  const { namespace } = found
  const places = await placesOf(client, found, subject)
  if (places.length === 0) {
    throw new UserError({
      what: `No pod of Fleet ${fleet} is there`,
      mend: 'What keeps them away is in the events.',
      command: `fairlead events ${fleet}`,
    })
  }
  const read = ({ source, pod, container }: ContainerPlace, isFollowing: boolean, from: number) =>
    marked(client.logs({ namespace, pod, container, tailLines: from, follow: isFollowing, previous, signal }), source)
  if (!follow) {
    for (const place of places) if (place.hasStarted) yield* read(place, false, tail)
    return
  }
  const streams = mergeStreams<LogLine>(signal)
  const known = new Set<string>()
  const join = (found: readonly ContainerPlace[], from: number) => {
    for (const place of found) {
      if (!place.hasStarted || known.has(place.key)) continue
      known.add(place.key)
      streams.add(read(place, true, from))
    }
  }
  join(places, tail)
  const joining = (async () => {
    while (!signal.aborted) {
      await delay(pollMs, undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) join(await placesOf(client, found, subject).catch(() => []), 1_000_000)
    }
  })()
  yield* streams.items()
  await joining
}

/** Lines with their source. A container that has not started, or whose node is away, has none. */
async function* marked(lines: AsyncIterable<string>, source: string): AsyncGenerator<LogLine> {
  try {
    for await (const text of lines) yield { source, text }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    if (error.reason === 'cancelled') return
    yield { source, text: `[fairlead] the log cannot be read: ${error.message}` }
  }
}
