import type { LiveObject } from '../../../kubernetes/index.ts'
import type { MadeWorkload, Workload } from './workload.ts'

/** Kinds whose controllers make workloads of them. */
const makers = new Set(['InferenceService', 'LLMInferenceService'])
/** Whether the controller of a kind makes workloads of its objects. */
export const isMaker = ({ kind }: { readonly kind: string }): boolean => makers.has(kind)

interface Container {
  readonly name?: string
  readonly image?: string
  readonly args?: readonly string[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
}

interface Template {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: { readonly containers?: readonly Container[] }
}

/** What an object says of pods, in words that its controller passes on as they are. */
interface Said {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly container: Container
  /** Absent where something else says it. */
  readonly replicas?: number | undefined
}

/**
 * Workloads with those that were made of them, which are left out otherwise: a Deployment that KServe made is how its
 * InferenceService stands, and not one more replica of the model.
 */
export function withMade(workloads: readonly Workload[], runtimes: readonly LiveObject[]): Workload[] {
  const owners = new Map(workloads.filter(isMaker).map((workload) => [workload.metadata.uid, workload]))
  const ownerOf = ({ metadata }: Workload) =>
    metadata.ownerReferences?.map(({ uid }) => owners.get(uid)).find((owner) => owner !== undefined)
  const unique = [...new Map(workloads.map((workload) => [workload.metadata.uid, workload])).values()]
  return unique.flatMap((workload) => {
    if (!isMaker(workload)) return ownerOf(workload) === undefined && !isOfKserve(workload) ? [workload] : []
    const own = unique.filter((each) => !isMaker(each) && ownerOf(each) === workload)
    return [{ ...workload, made: own.flatMap((each) => madeOf(workload, each, runtimes)) }]
  })
}

/** Whether KServe made it, of this Fleet or of anybody’s. */
const isOfKserve = ({ metadata }: Workload) =>
  metadata.labels?.['app.kubernetes.io/part-of'] === 'llminferenceservice' ||
  metadata.labels?.['serving.kserve.io/inferenceservice'] !== undefined

function madeOf(owner: Workload, workload: Workload, runtimes: readonly LiveObject[]): MadeWorkload[] {
  const { labels } = workload.metadata
  // Beside replicas KServe makes schedulers.
  if (owner.kind === 'LLMInferenceService' && labels?.['kserve.io/component'] !== 'workload') return []
  const role = labels?.['llm-d.ai/role'] ?? 'both'
  const said = owner.kind === 'InferenceService' ? ofPredictor(owner, runtimes) : ofRole(owner, role)
  return [{ workload, role, isCurrent: isMadeBy(workload, said) }]
}

function ofPredictor({ spec, metadata }: Workload, runtimes: readonly LiveObject[]): Said {
  const { labels, annotations, minReplicas, model } = (spec?.['predictor'] ?? {}) as Omit<Said, 'container'> & {
    readonly minReplicas?: number
    readonly model?: Container & { readonly runtime?: string }
  }
  const runtime = runtimes.find(({ metadata: { name } }) => name === model?.runtime)?.['spec'] as
    | { readonly containers?: readonly Container[] }
    | undefined
  const [base] = runtime?.containers ?? []
  const isFixed = metadata.annotations?.['serving.kserve.io/autoscalerClass'] === 'none'
  const image = model?.image ?? base?.image
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    container: {
      name: 'kserve-container',
      ...(image === undefined ? {} : { image }),
      args: [...(base?.args ?? []), ...(model?.args ?? [])],
      env: model?.env ?? [],
    },
    replicas: isFixed ? minReplicas : undefined,
  }
}

function ofRole({ spec }: Workload, role: string): Said {
  const workload = (role === 'prefill' ? spec?.['prefill'] : spec) as
    | (Omit<Said, 'container'> & { readonly template?: { readonly containers?: readonly Container[] } })
    | undefined
  const { labels, annotations, replicas, template } = workload ?? {}
  const main = template?.containers?.find(({ name }) => name === 'main')
  // Its arguments are the preset’s; ours are in a variable.
  const { args: _, ...container } = main ?? {}
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    container: { name: 'main', ...container },
    replicas,
  }
}

/**
 * Whether a workload has what its object says. KServe tells no generation of the object that it has acted on: in
 * `observedGeneration` it puts the Deployment’s, or nothing.
 */
function isMadeBy({ spec }: Workload, { labels = {}, annotations = {}, container, replicas }: Said): boolean {
  const template = spec?.['template'] as Template | undefined
  const own = template?.spec?.containers?.find(({ name }) => name === container.name)
  const { image, args = [], env = [] } = container
  return (
    own !== undefined &&
    has(template?.metadata?.labels, labels) &&
    has(template?.metadata?.annotations, annotations) &&
    (image === undefined || own.image === image) &&
    args.every((word, index) => own.args?.[index] === word) &&
    env.every(({ name, value }) => value === undefined || valueOf(own, name) === value) &&
    (replicas === undefined || spec?.replicas === replicas)
  )
}

const has = (found: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>) =>
  Object.entries(wanted).every(([name, value]) => found[name] === value)
const valueOf = ({ env = [] }: Container, wanted: string) => env.find(({ name }) => name === wanted)?.value
