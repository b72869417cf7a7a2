import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterClient, Event, LiveObject } from '../../../kubernetes/index.ts'
import type { EventQuery, FleetEvent } from '../../contract.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, workloadKinds, type Live } from '../fleets/parts.ts'
import { isSubject, modelCalled, unknownSubject } from '../fleets/subjects.ts'
import { eventTime } from '../waiting/problems.ts'

const pollMs = 1_000

const isPod = ({ kind }: LiveObject) => kind === 'Pod'

/** Objects that events may be about: what the inventory has, and pods, by name. */
async function subjectsOf(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  subject: string | undefined,
): Promise<{ exact: Set<string>; prefixes: string[] }> {
  const place = { namespace, fleet: inventory.fleet }
  const kinds = [
    ...workloadKinds.filter(({ kind }) => inventory.objects.some((ref) => ref.kind === kind)),
    { apiVersion: 'v1', kind: 'Pod' },
  ]
  const lists = await Promise.all(kinds.map((kind) => listOfFleet(client, kind, place)))
  const objects = lists.flat()
  const chosen = objects.filter((object) => isSubject(object, subject, inventory))
  if (
    subject !== undefined &&
    chosen.length === 0 &&
    modelCalled(inventory, subject) === undefined &&
    subject !== 'gateway'
  ) {
    throw unknownSubject(inventory.fleet, subject, inventory, [])
  }
  const label = subject === undefined ? undefined : modelCalled(inventory, subject)?.label
  const listed = inventory.objects.filter(
    ({ name }) => subject === undefined || (label !== undefined && name.includes(label)),
  )
  return {
    exact: new Set([...listed.map(({ name }) => name), ...chosen.map(({ metadata }) => metadata.name)]),
    // Pods and ReplicaSets that are gone carry the names of their workloads.
    prefixes: chosen.filter((object) => !isPod(object)).map(({ metadata }) => `${metadata.name}-`),
  }
}

const isAbout = (name: string, { exact, prefixes }: { exact: Set<string>; prefixes: string[] }) =>
  exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))

function told(event: Live<Event>): FleetEvent {
  const { type, involvedObject, reason, message, count, series } = event
  return {
    at: eventTime(event),
    severity: type === 'Warning' ? 'warning' : 'normal',
    subject: `${involvedObject.kind ?? ''} ${involvedObject.name ?? ''}`,
    reason: reason ?? '',
    message: message ?? '',
    count: count ?? series?.count ?? 1,
  }
}

/** What the cluster says happened to a Fleet’s objects, oldest first; then what happens. An API server keeps events for an hour. */
export async function* readEvents(
  client: ClusterClient,
  fleet: string,
  { subject, follow, signal }: EventQuery,
): AsyncGenerator<FleetEvent> {
  const found = await requireFleet(client, fleet)
  const seen = new Map<string, number>()
  for (;;) {
    const [subjects, { items }] = await Promise.all([
      subjectsOf(client, found, subject),
      client.list({ apiVersion: 'v1', kind: 'Event', namespace: found.namespace }),
    ])
    const news = (items as Live<Event>[])
      .filter(({ involvedObject, metadata, count, series }) => {
        const times = count ?? series?.count ?? 1
        if (!isAbout(involvedObject.name ?? '', subjects) || seen.get(metadata.uid) === times) return false
        seen.set(metadata.uid, times)
        return true
      })
      .map(told)
    yield* news.toSorted((a, b) => a.at.localeCompare(b.at))
    if (!follow || signal.aborted) return
    await delay(pollMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
  }
}
