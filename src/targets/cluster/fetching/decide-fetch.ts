import type { Container, KubernetesObject, LiveObject, Pod, PodSpec } from '../../../kubernetes/index.ts'

/** What is to be on nodes before pods are replaced. */
export interface Fetch {
  /** Name of the workload whose pods are replaced. */
  readonly workload: string
  /** Of its pods that are to come. */
  readonly spec: PodSpec
  /** Images that its pods of now do not have. */
  readonly images: readonly string[]
  /** What fetches its weights, one after the other; empty where they are those of now. */
  readonly weights: readonly Container[]
  /** Where its pods serve now; those to come mostly take their places. */
  readonly nodes: readonly string[]
}

interface WithTemplate {
  readonly spec?: {
    readonly template?: { readonly spec?: PodSpec }
    readonly leaderWorkerTemplate?: { readonly workerTemplate?: { readonly spec?: PodSpec } }
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
  }
}

/** What a workload’s pods are made from; undefined for objects that make their pods by other means. */
export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
  const { spec } = object as WithTemplate
  return spec?.template?.spec ?? spec?.leaderWorkerTemplate?.workerTemplate?.spec
}

/** Selects a workload’s pods. */
export function podSelectorOf(object: KubernetesObject): string {
  if (object.kind === 'LeaderWorkerSet') return `leaderworkerset.sigs.k8s.io/name=${object.metadata.name ?? ''}`
  const labels = (object as WithTemplate).spec?.selector?.matchLabels ?? {}
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

const imagesOf = ({ initContainers = [], containers }: PodSpec): readonly string[] =>
  [...initContainers, ...containers].flatMap(({ image }) => image ?? [])

/** Words of all commands of a pod. */
const wordsOf = ({ containers }: PodSpec): ReadonlySet<string> =>
  new Set(containers.flatMap(({ command = [], args = [] }) => [...command, ...args]))

/** The containers before the engine, as far as they say what is fetched. */
const filled = ({ initContainers = [] }: PodSpec): string =>
  JSON.stringify(initContainers.map(({ command, args, env }) => [command, args, env]))

const serves = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true

/**
 * What an update of a workload needs on its nodes; undefined where there is nothing new, or nothing runs that it could disturb.
 * @param pods of now
 * @param fetcher fetches the weights in place of the engine, where that does it itself
 */
export function decideFetch(
  wanted: KubernetesObject,
  live: LiveObject,
  pods: readonly Pod[],
  fetcher: Container | undefined,
): Fetch | undefined {
  const spec = podSpecOf(wanted)
  const before = podSpecOf(live)
  if (spec === undefined || before === undefined) return undefined
  const nodes = [...new Set(pods.filter(serves).flatMap((pod) => pod.spec?.nodeName ?? []))]
  if (nodes.length === 0) return undefined
  const known = new Set(imagesOf(before))
  const images = [...new Set(imagesOf(spec))].filter((image) => !known.has(image))
  const words = wordsOf(before)
  // The first word is the hub’s command; what follows names a repository and a revision, as the engine’s own command does.
  const isOther = fetcher?.command?.slice(2).some((word) => !word.startsWith('-') && !fetched(word, words)) === true
  const isFilledOtherwise = filled(spec) !== filled(before)
  const weights =
    isOther || isFilledOtherwise ? [...(spec.initContainers ?? []), ...(fetcher === undefined ? [] : [fetcher])] : []
  if (images.length === 0 && weights.length === 0) return undefined
  return { workload: wanted.metadata.name ?? '', spec, images, weights, nodes }
}

/** Whether a word of a download is one of the engine’s too, or a pattern of files. */
const fetched = (word: string, words: ReadonlySet<string>): boolean => word.includes('*') || words.has(word)
