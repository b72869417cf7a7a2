import { loadFleet, requireFleet } from '../../../src/fleet/index.ts'
import { connectToCluster, type ClusterClient } from '../../../src/kubernetes/index.ts'
import type { ApplyContext, FleetSource, Target } from '../../../src/operate/index.ts'
import { renderSource } from '../../../src/operate/planning/index.ts'
import { createClusterTarget, type ClusterTargetName } from '../../../src/targets/cluster/index.ts'
import type { Cluster } from '../harness/use-cluster.ts'

/** A Fleet that needs no GPU, no key and no operator, and has few objects. */
export const smallFleet = ({
  name = 'lab',
  namespace,
  models = 'small',
  replicas = 1,
  fields = [],
  target = 'kubernetes',
}: {
  readonly name?: string
  readonly namespace: string
  /** Names, with commas between. */
  readonly models?: string
  readonly replicas?: number
  /** Further fields of every model, each a line. */
  readonly fields?: readonly string[]
  readonly target?: 'kubernetes' | 'kserve' | 'llmd'
}): string => `name: ${name}
models:
${models
  .split(',')
  .map(
    (model) =>
      `  - name: ${model}\n    engine: simulated\n    replicas: ${replicas}\n${fields.map((field) => `    ${field}\n`).join('')}`,
  )
  .join('')}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets:
  default: ${target}
  ${target}: { namespace: ${namespace}${target === 'kubernetes' ? ', monitoring: none, networkPolicy: false' : ''} }
`

/** A Fleet file, rendered for a cluster. */
export function sourceOf(text: string, target: 'kubernetes' | 'kserve' | 'llmd' = 'kubernetes'): FleetSource {
  const loaded = loadFleet(text, { file: 'fleet.yaml', purpose: target })
  const { positionOf } = loaded
  const read = {
    fleet: requireFleet(loaded),
    file: '/fleet.yaml',
    shownAs: 'fleet.yaml',
    text,
    positionOf,
    warnings: [],
    overriddenBy: [],
  }
  return renderSource(read, { target, version: '1.2.3', environment: {}, gateway: true }).source
}

/** A context that notes what is reported. */
export function contextOf(options: ApplyContext['options'] = {}): ApplyContext & { readonly told: string[] } {
  const told: string[] = []
  return {
    told,
    environment: {},
    signal: new AbortController().signal,
    options: { wait: false, smoke: false, ...options },
    progress: {
      note: (message) => told.push(message),
      step: (title) => ({
        advance: () => undefined,
        update: () => undefined,
        succeed: (message) => told.push(`${title}: ${message ?? 'done'}`),
        fail: (message) => told.push(`${title}: failed: ${message}`),
      }),
    },
  }
}

/** A target over a client. */
export const targetOver = (client: ClusterClient, name: ClusterTargetName = 'kubernetes'): Target =>
  createClusterTarget(name, { connect: async () => client })

/** Connects to the cluster of a file as its administrator; ends with the file. */
export async function connectAs(cluster: Pick<Cluster, 'kubeconfig'>, namespace = 'default'): Promise<ClusterClient> {
  return connectToCluster({ kubeconfig: cluster.kubeconfig, namespace }, {})
}
