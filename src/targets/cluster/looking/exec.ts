import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, Pod } from '../../../kubernetes/index.ts'
import type { ExecRequest } from '../../contract.ts'
import { requireFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, type Live } from '../fleets/parts.ts'
import { isOfReplicas, isSubject, unknownSubject } from '../fleets/subjects.ts'
import { podStage } from '../waiting/pod-stage.ts'

/** Runs a command in a container of a pod. */
export async function execInFleet(client: ClusterClient, fleet: string, request: ExecRequest): Promise<number> {
  const { subject, container: asked, command, streams, signal, onChosen } = request
  const found = await requireFleet(client, fleet)
  const pod = await choosePod(client, found, subject)
  const container = asked ?? firstContainer(pod)
  onChosen?.(`${pod.metadata.name}/${container}`)
  return client.attach({
    namespace: found.namespace,
    pod: pod.metadata.name,
    container,
    command,
    streams,
    signal,
  })
}

/** What kubectl takes where none is named. */
const chosenContainer = 'kubectl.kubernetes.io/default-container'

/** The container that is meant where none is named: the one that its maker names, else the first. */
export function firstContainer({ metadata, spec }: Live<Pod>): string {
  return metadata.annotations?.[chosenContainer] ?? spec?.containers[0]?.name ?? ''
}

/** A pod of what a person names that runs: one that is ready where there is one, and a replica rather than its helpers. */
export async function choosePod(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  subject: string,
): Promise<Live<Pod>> {
  const { fleet } = inventory
  const pods = (await listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, { namespace, fleet })) as Live<Pod>[]
  const named = pods.filter((pod) => isSubject(pod, subject, inventory))
  const names = pods.map(({ metadata }) => metadata.name)
  const isKnown =
    subject === 'gateway' || inventory.models.some(({ name, label }) => name === subject || label === subject)
  if (named.length === 0 && !isKnown) throw unknownSubject(fleet, subject, inventory, names)
  const running = named
    .filter(({ status, metadata }) => status?.phase === 'Running' && metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => Number(isOfReplicas(other)) - Number(isOfReplicas(one)))
  const chosen = running.find((pod) => podStage(pod) === 'ready') ?? running[0]
  if (chosen !== undefined) return chosen
  throw new UserError({
    what: `No pod of ${subject} runs`,
    mend: 'What keeps it is in the status.',
    command: `fairlead status ${fleet}`,
  })
}
