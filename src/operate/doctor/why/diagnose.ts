import { engineFor, explainFailure } from '../../../engines/index.ts'
import { formatBytes } from '../../../files/index.ts'
import type { Model } from '../../../fleet/index.ts'
import type { Plan, PoolPlan } from '../../../plan/index.ts'
import { sizeModel } from '../../../sizing/index.ts'
import { counterOf } from '../prove/counters.ts'

/** What a person asks. */
export type WhyQuestion = 'slow' | 'oom' | 'loading'

/** A replica as it was seen. */
export interface SeenReplica {
  readonly id: string
  readonly model: string
  readonly state: string
  readonly inFlight: number
  /** Its metrics; undefined where they cannot be read. */
  readonly metrics: string | undefined
  /** Its last lines. */
  readonly lines: readonly string[]
}

/** What a diagnosis is made of. */
export interface Symptoms {
  readonly plan: Plan
  readonly replicas: readonly SeenReplica[]
  readonly gatewayMetrics: string | undefined
}

/** A cause, the most likely first. */
export interface Cause {
  readonly model: string
  readonly what: string
  /** What was seen, with its figures. */
  readonly seen: string
  /** The line of the Fleet to change. */
  readonly change: string
  /** What that is expected to do. */
  readonly effect: string
  /** 0 to 1; they order causes and mean nothing else. */
  readonly weight: number
}

/** A KV cache that is this full makes requests wait or be computed again. */
const fullCache = 0.9
/** Below it a prefix cache helps little. */
const poorHits = 0.3
/** Tokens that were asked of the prefix cache before its share of hits tells anything. */
const enoughQueries = 20_000

/** Why a Fleet is as it is, the likeliest cause first; none where nothing stands out. Pure. */
export function diagnose(question: WhyQuestion, symptoms: Symptoms): Cause[] {
  const causes = symptoms.plan.fleet.models.flatMap((model) => {
    if (question === 'slow') return slowCauses(model, symptoms)
    return question === 'oom' ? memoryCauses(model, symptoms) : loadingCauses(model, symptoms)
  })
  return causes.toSorted((one, other) => other.weight - one.weight)
}

const poolOf = (model: Model, { plan }: Symptoms): PoolPlan | undefined =>
  plan.models.find(({ name }) => name === model.name)?.pools[0]
const replicasOf = (model: Model, { replicas }: Symptoms) => replicas.filter((replica) => replica.model === model.name)
const percent = (share: number) => `${Math.round(share * 100)} %`

function slowCauses(model: Model, symptoms: Symptoms): Cause[] {
  const replicas = replicasOf(model, symptoms)
  const loads = replicas.flatMap(({ metrics }) =>
    metrics === undefined ? [] : [engineFor(model.engine).parseLoad(metrics)],
  )
  const waiting = loads.reduce((sum, load) => sum + (load.waiting ?? 0), 0)
  const usage = Math.max(0, ...loads.map(({ kvCacheUsage = 0 }) => kvCacheUsage))
  const total = (name: string) => replicas.reduce((sum, { metrics }) => sum + counterOf(metrics, name), 0)
  const preempted = total('vllm:num_preemptions_total')
  const queued = counterOf(symptoms.gatewayMetrics, 'fairlead_queue_length', { model: model.name })
  const ready = replicas.filter(({ state }) => state === 'ready').length
  const causes: Cause[] = []
  const add = (weight: number, cause: Omit<Cause, 'model' | 'weight'>) =>
    causes.push({ model: model.name, weight, ...cause })
  if (replicas.length > 0 && ready < replicas.length) {
    add(0.95, {
      what: 'replicas are missing',
      seen: `${ready} of ${replicas.length} are ready`,
      change: 'none: bring the others back (`fairlead doctor`)',
      effect: `${replicas.length} replicas carry ${ready === 0 ? 'the load' : `${(replicas.length / ready).toFixed(1)} times as much`}`,
    })
  }
  if (usage >= fullCache || preempted > 0) {
    add(0.9, {
      what: 'the KV cache is full, so that requests wait or are computed again',
      seen: `KV cache ${percent(usage)} in use, ${waiting} requests wait in engines, ${preempted} preempted`,
      change: `models[${indexOf(model, symptoms)}].kvCache.dtype: fp8 (or a shorter context, or more replicas)`,
      effect: effectOfFp8(poolOf(model, symptoms)),
    })
  } else if (waiting > 0) {
    add(0.8, {
      what: 'engines run fewer sequences at once than they have cache for',
      seen: `${waiting} requests wait in engines, KV cache ${percent(usage)} in use`,
      change: `models[${indexOf(model, symptoms)}].maxSequences: ${2 * (poolOf(model, symptoms)?.sizing?.resolved.maxSequences ?? model.maxSequences ?? 128)}`,
      effect: 'those that wait are computed too; each takes a little longer',
    })
  }
  if (queued > 0) {
    const wanted =
      ready === 0 ? 1 : Math.ceil((ready * (queued + inFlightOf(replicas))) / Math.max(1, inFlightOf(replicas)))
    add(0.85, {
      what: 'more is asked than the replicas take',
      seen: `${queued} requests wait at the gateway, ${inFlightOf(replicas)} are under way on ${ready} replicas`,
      change: `models[${indexOf(model, symptoms)}].replicas: ${Math.max(wanted, ready + 1)}`,
      effect: `at what ${ready} replicas carry now, ${Math.max(wanted, ready + 1)} leave nobody waiting`,
    })
  }
  const queries = total('vllm:prefix_cache_queries_total')
  const hits = total('vllm:prefix_cache_hits_total')
  if (queries >= enoughQueries && hits / queries < poorHits && replicas.length > 1) {
    add(0.5, {
      what: 'prompts are computed that another replica has in its cache',
      seen: `${percent(hits / queries)} of ${queries} prompt tokens were cached`,
      change: 'routing.policy: prefix',
      effect:
        'prompts that share their beginning go where it is cached; `fairlead simulate` tells how much for your load',
    })
  }
  return causes
}

const inFlightOf = (replicas: readonly SeenReplica[]) => replicas.reduce((sum, { inFlight }) => sum + inFlight, 0)
const indexOf = (model: Model, { plan }: Symptoms) => plan.fleet.models.findIndex(({ name }) => name === model.name)

/** What keeping the KV cache in fp8 is worth, by sizing. */
function effectOfFp8(pool: PoolPlan | undefined): string {
  if (pool?.request === undefined || pool.sizing === undefined) return 'the cache holds about twice the tokens'
  const { kvCapacityTokens } = sizeModel({ ...pool.request, kvDtype: 'fp8' })
  return `the cache holds ${kvCapacityTokens} tokens in place of ${pool.sizing.kvCapacityTokens}`
}

function memoryCauses(model: Model, symptoms: Symptoms): Cause[] {
  const causes: Cause[] = []
  const pool = poolOf(model, symptoms)
  for (const { id, lines } of replicasOf(model, symptoms)) {
    const explained = explainFailure(model.engine, lines)
    if (explained === undefined || !/memory|kv-cache|gpu-taken/.test(explained.id)) continue
    causes.push({
      model: model.name,
      weight: 0.9,
      what: explained.meaning,
      seen: `${id}: ${explained.line ?? explained.id}`,
      change:
        explained.fields[0] === undefined
          ? explained.mend
          : `${explained.fields[0].replace('[]', `[${indexOf(model, symptoms)}]`)}: ${explained.mend}`,
      effect: wayOut(pool),
    })
  }
  if (pool?.sizing?.fits === false) {
    causes.push({
      model: model.name,
      weight: 0.7,
      what: 'by its size the model does not fit',
      seen:
        pool.sizing.shortBy > 0
          ? `${formatBytes(pool.sizing.shortBy)} lack on each GPU`
          : (pool.sizing.notes[0]?.message ?? 'sizing refuses it'),
      change: 'what `fairlead plan` offers as ways out',
      effect: wayOut(pool),
    })
  }
  return causes
}

/** The first way out that sizing found, with what it gives. */
function wayOut(pool: PoolPlan | undefined): string {
  const [first] = pool?.waysOut ?? []
  if (first !== undefined)
    return `by sizing: ${first.change.charAt(0).toLowerCase()}${first.change.slice(1)}; then ${first.sizing.longestContext} tokens of context fit`
  return pool?.sizing === undefined
    ? '`fairlead size` tells what fits'
    : `by sizing ${pool.sizing.longestContext} tokens of context fit`
}

function loadingCauses(model: Model, symptoms: Symptoms): Cause[] {
  const pool = poolOf(model, symptoms)
  const bytes = pool?.sizing?.weightBytes
  return replicasOf(model, symptoms)
    .filter(({ state }) => state !== 'ready')
    .map(({ id, state, lines }) => {
      const explained = explainFailure(model.engine, lines)
      const last = lines.findLast((line) => line.trim() !== '')
      if (explained !== undefined) {
        return {
          model: model.name,
          weight: 0.9,
          what: explained.meaning,
          seen: `${id} is ${state}: ${explained.line ?? ''}`,
          change:
            explained.fields[0] === undefined
              ? explained.mend
              : `${explained.fields[0].replace('[]', `[${indexOf(model, symptoms)}]`)}: ${explained.mend}`,
          effect: 'the replica comes up',
        }
      }
      return {
        model: model.name,
        weight: 0.5,
        what: 'the weights are being read, or the engine compiles',
        seen: `${id} is ${state}${last === undefined ? '' : `; its last line: ${last.slice(0, 200)}`}`,
        change: 'storage.models.kind: hostPath (or storage.models.path on a faster disk)',
        effect:
          bytes === undefined
            ? 'reading takes as long as the disk needs for the weights'
            : `${formatBytes(bytes)} of weights: ${seconds(bytes, 2e9)} from a local NVMe of 2 GB/s, ${seconds(bytes, 125e6)} over a network of 1 Gbit/s`,
      }
    })
}

const seconds = (bytes: number, perSecond: number) => `${Math.max(1, Math.round(bytes / perSecond))} s`
