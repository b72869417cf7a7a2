import type { Environment } from '../../../files/index.ts'
import {
  ClusterError,
  explainClusterError,
  type ClusterClient,
  type LiveObject,
  type Pod,
} from '../../../kubernetes/index.ts'
import type { Evidence } from '../../contract.ts'
import { gatewayEvidence } from '../../gateway-evidence.ts'
import { requireFleet } from '../fleets/find-fleet.ts'
import { labelOf, listOfFleet, readParts, type Live } from '../fleets/parts.ts'
import { componentLabel } from '../fleets/subjects.ts'
import { podStage } from '../waiting/pod-stage.ts'

const adminPort = 8081
/** Gateways that are asked; each sees a part of the load. */
const mostGateways = 4

/**
 * An object as people read it: without the bookkeeping of server-side apply, and without the annotation in which kubectl keeps a
 * second copy.
 */
function readable({ metadata, ...rest }: LiveObject): object {
  const { managedFields: _, annotations, ...kept } = metadata
  const shown = Object.entries(annotations ?? {}).filter(
    ([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration',
  )
  return {
    ...rest,
    metadata: { ...kept, ...(shown.length === 0 ? {} : { annotations: Object.fromEntries(shown) }) },
  }
}

/** Kinds that hold secrets are never asked for. */
const isReadable = ({ kind }: { readonly kind: string }) => kind !== 'Secret'

/**
 * What a cluster knows of a Fleet beside logs and events: the server's version, every object as it is live (Secrets not among
 * them), what was made of them, pods, the nodes that these are on, and what ready gateways tell.
 */
export async function readEvidence(
  client: ClusterClient,
  fleet: string,
  environment: Environment,
): Promise<readonly Evidence[]> {
  const found = await requireFleet(client, fleet)
  const { namespace, inventory } = found
  const pods = (await listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, { namespace, fleet })) as Live<Pod>[]
  const nodes = [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))]
  const evidence: Evidence[] = [
    {
      path: 'cluster.json',
      read: async () => ({ context: client.context, namespace, server: await client.serverVersion() }),
    },
    ...inventory.objects.filter(isReadable).map((ref): Evidence => {
      const path = `objects/${ref.kind.toLowerCase()}-${ref.name}.yaml`
      return { path, read: () => readObject(client, ref) }
    }),
    {
      path: 'objects-made.yaml',
      read: async () => {
        const { workloads, jobs, claims } = await readParts(client, found)
        const made = workloads.flatMap((workload) => (workload.made ?? []).map((each) => each.workload))
        return [...made, ...jobs, ...claims].map(readable)
      },
    },
    ...pods.map((pod): Evidence => ({ path: `pods/${pod.metadata.name}.yaml`, read: async () => readable(pod) })),
    ...nodes.map((name): Evidence => {
      return { path: `nodes/${name}.yaml`, read: () => readObject(client, { apiVersion: 'v1', kind: 'Node', name }) }
    }),
    ...pods
      .filter((pod) => labelOf(pod, componentLabel) === 'gateway' && podStage(pod) === 'ready')
      .slice(0, mostGateways)
      .flatMap(({ metadata: { name } }) =>
        gatewayEvidence(
          `gateway/${name}`,
          (use) => throughServer(client, { namespace, pod: name }, use),
          environment['FAIRLEAD_API_KEY'],
        ),
      ),
  ]
  return evidence.map(({ path, read }) => ({ path, read: (signal) => inWords(client, () => read(signal)) }))
}

async function readObject(client: ClusterClient, ref: Parameters<ClusterClient['get']>[0]): Promise<object> {
  const object = await client.get(ref)
  if (object === undefined) throw new Error('the cluster does not have it')
  return readable(object)
}

async function throughServer<Result>(
  client: ClusterClient,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  use: (adminUrl: string) => Promise<Result>,
): Promise<Result> {
  const forward = await client.portForward({ namespace, pod, port: adminPort })
  try {
    return await use(`http://127.0.0.1:${forward.localPort}`)
  } finally {
    await forward.close()
  }
}

async function inWords<Result>(client: ClusterClient, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ClusterError ? explainClusterError(error, client) : error
  }
}
