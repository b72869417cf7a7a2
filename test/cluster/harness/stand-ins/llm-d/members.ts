import {
  startReflector,
  type ClusterClient,
  type InferencePool,
  type LiveObject,
  type Pod,
  type Reflector,
} from '../../../../../src/kubernetes/index.ts'

/** A pod that a pool's requests may go to. */
export interface Member {
  readonly name: string
  readonly address: string
  /** As `llm-d.ai/role` says. */
  readonly role: string
}

type Kept = Member & { readonly labels: Readonly<Record<string, string>> }

/** A pod that is ready and stays (llm-d-router, pkg/epp: `IsPodReady`). */
function keptPod(object: LiveObject): Kept | undefined {
  const { metadata, status } = object as unknown as Pod
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false
  const address = status?.podIP ?? ''
  if (!isReady || metadata.deletionTimestamp !== undefined || address === '') return undefined
  const labels = metadata.labels ?? {}
  return { name: metadata.name ?? '', address, role: labels['llm-d.ai/role'] ?? '', labels }
}

const keptSpec = (object: LiveObject) => (object as unknown as Partial<InferencePool>).spec

function tell(problem: Error | null): void {
  if (problem !== null) process.stderr.write(`cannot follow the pool: ${problem.message}\n`)
}

/** The pods of one InferencePool, followed by its selector with the rights of the pod's own account. */
export class Members {
  readonly #pool: Reflector<NonNullable<InferencePool['spec']>>
  readonly #pods: Reflector<Kept>
  readonly #name: { readonly namespace: string; readonly name: string }

  constructor(client: ClusterClient, group: string, namespace: string, name: string) {
    this.#name = { namespace, name }
    const pool = { apiVersion: `${group}/v1`, kind: 'InferencePool', namespace, fieldSelector: `metadata.name=${name}` }
    const common = { client, onProblem: tell, backoffMs: [200, 2_000] as const }
    this.#pool = startReflector({ ...common, query: pool, select: keptSpec })
    this.#pods = startReflector({
      ...common,
      query: { apiVersion: 'v1', kind: 'Pod', namespace },
      select: keptPod,
    })
  }

  /** Whether the pool is there and its pods are known. */
  get areKnown(): boolean {
    return this.#pods.isSynced && this.#pool.get(this.#name) !== undefined
  }

  get port(): number {
    return this.#pool.get(this.#name)?.targetPorts[0]?.number ?? 0
  }

  list(): Member[] {
    const labels = Object.entries(this.#pool.get(this.#name)?.selector.matchLabels ?? {})
    if (labels.length === 0) return []
    return [...this.#pods.values()].filter((pod) => labels.every(([name, value]) => pod.labels[name] === value))
  }
}
