import { UserError } from '../../../errors/index.ts'
import type { ClusterClient, Pod } from '../../../kubernetes/index.ts'
import type { PortForwardRequest } from '../../contract.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, type Live } from '../fleets/parts.ts'
import { isSubject, unknownSubject } from '../fleets/subjects.ts'
import { podStage } from '../waiting/pod-stage.ts'

/** The port of a container by the names that rendering gives; the first where it has none of them. */
function portOf({ spec }: Pod, wanted: 'http' | 'admin'): number | undefined {
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? [])
  return (ports.find(({ name }) => name === wanted) ?? ports[0])?.containerPort
}

/** Brings a port of a part of a Fleet to this machine, until the signal fires. */
export async function forwardPort(client: ClusterClient, fleet: string, request: PortForwardRequest): Promise<void> {
  const { subject = 'gateway', admin = false, localPort, signal, onListening } = request
  const { namespace, inventory } = await requireFleet(client, fleet)
  const pods = (await listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, { namespace, fleet })) as Live<Pod>[]
  const chosen = pods.filter((pod) => isSubject(pod, subject, inventory))
  if (chosen.length === 0)
    throw unknownSubject(
      fleet,
      subject,
      inventory,
      pods.map(({ metadata }) => metadata.name),
    )
  const pod = chosen.find((each) => podStage(each) === 'ready')
  const port = pod === undefined ? undefined : portOf(pod, admin ? 'admin' : 'http')
  if (pod === undefined || port === undefined) {
    throw new UserError({
      what: `No pod of ${subject} is ready`,
      mend: 'What keeps it is in the status.',
      command: `fairlead status ${fleet}`,
    })
  }
  const place = { namespace, pod: pod.metadata.name, port }
  const forward = await client.portForward(localPort === undefined ? place : { ...place, localPort })
  try {
    onListening(`http://127.0.0.1:${forward.localPort}`)
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await forward.close()
  }
}
