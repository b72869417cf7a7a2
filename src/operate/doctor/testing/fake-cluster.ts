import type { AccessQuestion, ClusterClient, LiveObject } from '../../../kubernetes/index.ts'

/** What a cluster of a test is like. */
export interface FakeCluster {
  readonly version?: string
  readonly objects: readonly object[]
  /** Kinds that it does not serve. */
  readonly lacks?: readonly string[]
  readonly mayNot?: (question: AccessQuestion) => boolean
  /** Lines of logs by pod. */
  readonly logs?: Readonly<Record<string, readonly string[]>>
  /** What every request fails with. */
  readonly fails?: Error
}

const live = (object: object) => object as LiveObject
const never = () => Promise.reject(new Error('the doctor changes nothing'))

/** A cluster of a test, which only reads. */
export function fakeCluster({
  version = 'v1.36.3',
  objects,
  lacks = [],
  mayNot,
  logs = {},
  fails,
}: FakeCluster): ClusterClient {
  const all = objects.map(live)
  const answer = <Value>(value: Value): Promise<Value> =>
    fails === undefined ? Promise.resolve(value) : Promise.reject(fails)
  return {
    context: 'test',
    server: 'https://127.0.0.1:6443',
    namespace: 'default',
    get: ({ kind, name, namespace }) =>
      answer(
        all.find(
          (each) =>
            each.kind === kind &&
            each.metadata.name === name &&
            (each.metadata.namespace === undefined || each.metadata.namespace === (namespace ?? 'default')),
        ),
      ),
    list: ({ kind, namespace, labelSelector }) =>
      answer({
        resourceVersion: '1',
        items: all.filter((each) => {
          const [key = '', value] = labelSelector?.split('=') ?? []
          return (
            each.kind === kind &&
            (namespace === undefined ||
              each.metadata.namespace === undefined ||
              each.metadata.namespace === namespace) &&
            (labelSelector === undefined || each.metadata.labels?.[key] === value)
          )
        }),
      }),
    // oxlint-disable-next-line require-yield
    pages: async function* pages() {
      await never()
    },
    apply: never,
    create: never,
    update: never,
    patch: never,
    delete: never,
    // oxlint-disable-next-line require-yield
    watch: async function* watch() {
      await never()
    },
    logs: async function* lines({ pod }) {
      for (const line of await answer(logs[pod] ?? [])) yield line
    },
    exec: never,
    portForward: never,
    attach: never,
    serves: (_apiVersion, kind) => answer(!lacks.includes(kind)),
    mayI: (question) => answer(mayNot?.(question) !== true),
    serverVersion: () => answer(version),
    close: () => Promise.resolve(),
  }
}
