import type { FleetStatus, Target, TargetPlace } from '../../operate/index.ts'

/** A target whose answers a test writes, and which notes what it was asked. */
export interface FakeTarget {
  /** Each verb with its arguments, without environment and context. */
  readonly asked: unknown[][]
  /** Where command lines looked for it. */
  readonly places: { readonly name: string; readonly place: TargetPlace | undefined }[]
  isClosed(): boolean
  readonly find: (name: string, place?: TargetPlace) => Promise<Target>
}

/** A Fleet in a cluster, everything of which is ready. */
export const readyStatus: FleetStatus = {
  fleet: 'demo',
  target: 'kubernetes',
  running: true,
  gateway: { address: 'http://demo.llm.svc:8080', admin: 'http://demo.llm.svc:8081', state: 'ready', lastError: null },
  replicas: [],
  pools: [
    { model: 'llama', role: 'both', wanted: 0, ready: 0, updated: 0, object: 'Deployment demo-llama', version: null },
  ],
}

async function* each<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* values
}

/** @param answers in place of the usual answers */
export function fakeTarget(answers: Partial<Target> = {}): FakeTarget {
  const asked: unknown[][] = []
  const places: FakeTarget['places'] = []
  let closed = false
  const noted =
    <Rest extends readonly unknown[], Result>(verb: string, answer: (...args: Rest) => Result) =>
    (...args: Rest): Result => {
      asked.push([verb, ...args])
      return answer(...args)
    }
  const usual: Omit<Target, 'name'> = {
    plan: async () => ({ actions: [], hasChanges: false }),
    secrets: async () => [],
    setSecret: () => Promise.reject(new Error('the fake target keeps no secrets')),
    apply: async (_source, { onReady }) => onReady?.(readyStatus),
    status: async () => readyStatus,
    list: async () => ['demo'],
    logs: () => each([{ source: 'llama-0', text: 'loaded' }]),
    events: () => each([]),
    exec: async () => 0,
    debug: async () => 0,
    evidence: async () => [],
    scale: async (_fleet, { replicas }) => ({ subject: 'Deployment demo-llama', before: 1, after: replicas }),
    restart: async () => ['llama-0', 'llama-1'],
    rollout: async () => [],
    revisions: async () => [],
    rollback: async () => ({
      number: 3,
      appliedAt: '2026-01-02T03:04:05Z',
      version: '0.1.0',
      reason: 'rollback to 1',
      objects: 7,
      isCurrent: true,
      fleetText: 'name: demo\n',
    }),
    delete: async () => ({ wasThere: true, removed: ['Deployment demo-llama'], kept: ['namespace llm'] }),
    portForward: async (_fleet, _environment, { onListening }) => onListening('http://127.0.0.1:41234'),
    close: async () => void (closed = true),
  }
  const verbs = Object.fromEntries(
    Object.entries({ ...usual, ...answers }).map(([verb, answer]) => [
      verb,
      typeof answer === 'function' ? noted(verb, answer as (...args: readonly unknown[]) => unknown) : answer,
    ]),
  )
  return {
    asked,
    places,
    isClosed: () => closed,
    find: async (name, place) => {
      places.push({ name, place })
      return { ...verbs, name } as unknown as Target
    },
  }
}
