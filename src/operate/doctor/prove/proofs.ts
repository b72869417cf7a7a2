import { goesByKvEvents, targetNames, type Model } from '../../../fleet/index.ts'
import { failed, notApplicable, ok, warning, type Check, type Finding } from '../contract.ts'
import { counterOf, countsBy } from './counters.ts'
import type { ChatMessage, ServingPlace } from './place.ts'

const targets = targetNames
/** Words of a prompt that is long enough for many blocks of a prefix cache (16 to 128 tokens each), and soon computed. */
const promptWords = 600
/** Conversations that are tried, since other requests may come between. */
const tries = 3

const isSplit = ({ prefill, decode }: Model) => prefill !== undefined && decode !== undefined
const generates = ({ task }: Model) => task === undefined || task === 'generate'

/** A prompt that begins as no other does. */
const longPrompt = (nonce: string): ChatMessage => ({
  role: 'user',
  content: `${nonce} ${Array.from({ length: promptWords }, (_, index) => `word${index % 97}`).join(' ')}`,
})

/** Real requests that show whether what is configured happens. */
export const proofs: readonly Check<ServingPlace>[] = [
  {
    id: 'prove.answers',
    targets,
    what: 'every model answers through the gateway',
    why: 'Nothing else can be shown where nothing answers.',
    how: 'sends one short chat to each',
    mend: 'Look at the status of its replicas; a key is taken from FAIRLEAD_API_KEY.',
    command: 'fairlead status',
    after: [],
    look: async (place) => {
      const models = place.fleet.models.filter(generates)
      for (const { name } of models) {
        const { status, problem, text } = await place.chat(name, [{ role: 'user', content: `${place.nonce()} hello` }])
        if (status !== 200) return failed(`${name}: ${problem ?? `answers ${status}: ${text.slice(0, 200)}`}`)
      }
      return models.length === 0
        ? notApplicable('no model generates text')
        : ok(models.map(({ name }) => name).join(', '))
    },
  },
  {
    id: 'prove.metrics',
    targets,
    what: 'requests show in the metrics',
    why: 'Dashboards, alerts and autoscalers see only what is counted.',
    how: 'counts fairlead_gateway_requests_total before and after a request',
    mend: 'Look whether the metrics that are read are those of the gateway that answers.',
    after: ['prove.answers'],
    look: async (place) => {
      const model = place.fleet.models.find(generates)
      if (model === undefined) return notApplicable('no model generates text')
      const count = async () =>
        counterOf(await place.gatewayMetrics(), 'fairlead_gateway_requests_total', { model: model.name })
      const before = await count()
      await place.chat(model.name, [{ role: 'user', content: place.nonce() }])
      await place.settle()
      const after = await count()
      return after > before
        ? ok(`${after} requests of ${model.name}`)
        : failed(`fairlead_gateway_requests_total of ${model.name} stays at ${before}`)
    },
  },
  {
    id: 'prove.prefix-cache',
    targets,
    what: 'a prompt that comes again is not computed again',
    why: 'Without the prefix cache every turn of a conversation computes all turns before it.',
    how: 'sends two equal long prompts; the engine says how much it had (`cached_tokens`), or its counter of hits does',
    mend: 'Set `kvCache.prefixCaching: true`, and `routing.policy: prefix` so that the second comes to the replica of the first.',
    after: ['prove.answers'],
    look: (place) =>
      each(
        place,
        (model) => generates(model) && model.kvCache.prefixCaching,
        'no model caches prefixes',
        provePrefixCache,
      ),
  },
  {
    id: 'prove.same-replica',
    targets,
    what: 'the second turn of a conversation goes to the replica of the first',
    why: 'Elsewhere its beginning is not in the cache.',
    how: 'sends conversations of two turns, and counts which replica got each (fairlead_gateway_replica_requests_total)',
    mend: 'Set `routing.policy: prefix` (or auto).',
    after: ['prove.metrics'],
    look: (place) =>
      each(
        place,
        (model) => generates(model) && /^(?:auto|prefix)/.test(policyOf(model, place)),
        'no model is routed by prefix',
        proveSameReplica,
      ),
  },
  {
    id: 'prove.transfer',
    targets,
    what: 'prefill replicas compute prompts, and their blocks reach decode replicas',
    why: 'Where the hand-over fails, decode replicas compute every prompt themselves, and the split only costs.',
    how: 'sends a long prompt; the gateway counts whether it was split, and vLLM how many tokens came from outside (vllm:prompt_tokens_by_source_total)',
    mend: 'Look at the reason; most often ports of NIXL (5600 and up) are closed, or the pools differ in version or KV cache.',
    command: 'fairlead logs',
    after: ['prove.metrics'],
    look: (place) => each(place, isSplit, 'no model is split', proveTransfer),
  },
  {
    id: 'prove.exact-routing',
    targets,
    what: 'models are routed by what engines say that they hold',
    why: 'Until then they are routed by what was sent where, which forgets evictions.',
    how: 'what the gateway says of it (/admin/v1/load)',
    mend: 'Do what the reason says; most often the engine publishes no KV events, or the package zeromq is missing.',
    after: ['prove.answers'],
    look: async (place) => {
      const wanted = new Set(
        place.fleet.models.filter((model) => goesByKvEvents(policyOf(model, place))).map(({ name }) => name),
      )
      if (wanted.size === 0) return notApplicable('no model asks for it')
      const states = await place.exactRouting()
      const off = states.find(({ model, state }) => wanted.has(model) && state !== 'on')
      if (off !== undefined) return failed(`${off.model} is ${off.state}: ${off.reason}`)
      return states.length === 0 ? failed('the gateway says nothing of it') : ok([...wanted].join(', '))
    },
  },
]

const policyOf = (model: Model, { fleet }: ServingPlace) => model.routing?.policy ?? fleet.routing.policy

/** Looks at each model that a proof is for; the first that fails tells. */
async function each(
  place: ServingPlace,
  isMeant: (model: Model) => boolean,
  nothing: string,
  prove: (model: Model, place: ServingPlace) => Promise<Finding>,
): Promise<Finding> {
  const models = place.fleet.models.filter(isMeant)
  const said: string[] = []
  for (const model of models) {
    const finding = await prove(model, place)
    if (finding.state === 'failed' || finding.state === 'warning')
      return { ...finding, detail: `${model.name}: ${finding.detail}` }
    if (finding.state === 'ok') said.push(`${model.name}: ${finding.detail}`)
  }
  return said.length === 0 ? notApplicable(nothing) : ok(said.join('; '))
}

/** Hits that engines count, in tokens (vLLM, the simulated engine) or as they say it. */
const hitCounters = ['vllm:prefix_cache_hits_total', 'sglang:cached_tokens_total'] as const

async function hitsOf(model: Model, place: ServingPlace): Promise<number> {
  const texts = [...(await place.engineMetrics(model.name)).values()]
  return texts.reduce((sum, text) => sum + hitCounters.reduce((all, name) => all + counterOf(text, name), 0), 0)
}

async function provePrefixCache(model: Model, place: ServingPlace): Promise<Finding> {
  const prompt = [longPrompt(place.nonce())]
  await place.chat(model.name, prompt)
  const before = await hitsOf(model, place)
  const { cachedTokens = 0, promptTokens } = await place.chat(model.name, prompt)
  if (cachedTokens > 0) return ok(`${cachedTokens} of ${promptTokens ?? 'its'} tokens were cached`)
  await place.settle()
  const hits = (await hitsOf(model, place)) - before
  return hits > 0 ? ok(`${hits} hits`) : failed('nothing of an equal prompt was cached')
}

async function proveSameReplica(model: Model, place: ServingPlace): Promise<Finding> {
  const replicas = await requestsBy(model, place)
  if (replicas.size < 2) return notApplicable('one replica')
  let elsewhere = 0
  let certain = 0
  for (let attempt = 0; attempt < tries; attempt++) {
    const opening = longPrompt(place.nonce())
    const first = await whoGets([opening], model, place)
    const second = await whoGets(
      [opening, { role: 'assistant', content: 'yes' }, { role: 'user', content: 'go on' }],
      model,
      place,
    )
    if (first === undefined || second === undefined) continue
    certain++
    if (first !== second) elsewhere++
  }
  if (certain === 0)
    return warning('other requests came between, so that it cannot be told', 'Try again when it is quiet.')
  return elsewhere === 0
    ? ok(`${certain} of ${certain} conversations`)
    : failed(`${elsewhere} of ${certain} second turns went elsewhere`)
}

const requestsBy = async ({ name }: Model, place: ServingPlace) =>
  countsBy(await place.gatewayMetrics(), 'fairlead_gateway_replica_requests_total', 'replica', { model: name })

/** The replica that got a chat; undefined where others got requests too. */
async function whoGets(
  messages: readonly ChatMessage[],
  model: Model,
  place: ServingPlace,
): Promise<string | undefined> {
  const before = await requestsBy(model, place)
  await place.chat(model.name, messages)
  await place.settle()
  const grown = [...(await requestsBy(model, place))].filter(([replica, count]) => count > (before.get(replica) ?? 0))
  const [only] = grown
  return grown.length === 1 && only !== undefined && only[1] - (before.get(only[0]) ?? 0) === 1 ? only[0] : undefined
}

/** The reason whose count has grown. */
const grown = (now: ReadonlyMap<string, number>, then: ReadonlyMap<string, number>) =>
  [...now].find(([reason, count]) => count > (then.get(reason) ?? 0))?.[0]

async function proveTransfer(model: Model, place: ServingPlace): Promise<Finding> {
  const read = async () => {
    const gateway = await place.gatewayMetrics()
    const engines = [...(await place.engineMetrics(model.name)).values()]
    const outcomes = countsBy(gateway, 'fairlead_disaggregation_requests_total', 'reason', { model: model.name })
    const fallbacks = countsBy(gateway, 'fairlead_disaggregation_fallbacks_total', 'reason', { model: model.name })
    const tokens = engines.reduce(
      (sum, text) => sum + counterOf(text, 'vllm:prompt_tokens_by_source_total', { source: 'external_kv_transfer' }),
      0,
    )
    const tells = engines.some((text) => text.includes('vllm:prompt_tokens_by_source_total'))
    return { outcomes, fallbacks, tokens, tells }
  }
  const before = await read()
  await place.chat(model.name, [longPrompt(place.nonce())])
  await place.settle()
  const after = await read()
  const fallback = grown(after.fallbacks, before.fallbacks)
  if (fallback !== undefined)
    return failed(`the hand-over failed (${fallback}), and the decode replica computed the prompt`)
  const outcome = grown(after.outcomes, before.outcomes)
  if (outcome === undefined) return failed('the gateway does not count the request as one of a split model')
  if (outcome !== '') return failed(`the prompt was not split: ${outcome}`)
  if (after.tells && after.tokens <= before.tokens)
    return failed('the prompt was split, and no token of it arrived at a decode replica')
  return ok(
    after.tells
      ? `${after.tokens - before.tokens} tokens were handed over`
      : 'the prompt was split; engines do not tell what arrived',
  )
}
