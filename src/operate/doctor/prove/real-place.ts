import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Fleet } from '../../../fleet/index.ts'
import { askLoadReport } from '../../../targets/index.ts'
import type { Machine } from '../machine.ts'
import type { ChatAnswer, ChatMessage, ServingPlace } from './place.ts'

/** Where a gateway is. */
export interface GatewayAddress {
  /** Base URL for clients. */
  readonly address: string
  /** Base URL of /metrics and /admin. */
  readonly admin: string
  /** A key of a client; absent where the gateway asks for none. */
  readonly key?: string
}

/** Tokens of an answer; proofs look at prompts. */
const answerTokens = 8
/** A cold model on a busy machine takes long. */
const chatTimeoutMs = 45_000
/** A gateway under load answers later than within milliseconds. */
const loadTimeoutMs = 10_000
/** Engines count what they answered at the end of the step after. */
const settleMs = 300

const chatAnswer = z.object({
  usage: z
    .object({
      prompt_tokens: z.number().nullish(),
      prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
})

/** A gateway over HTTP. */
export function servingPlace(
  fleet: Fleet,
  gateway: GatewayAddress,
  machine: Machine,
  signal: AbortSignal,
): ServingPlace {
  const text = async (url: string): Promise<string | undefined> => {
    const answer = await machine.ask(url)
    return 'body' in answer && answer.status === 200 ? answer.body : undefined
  }
  const load = () => askLoadReport(gateway.admin, { timeoutMs: loadTimeoutMs, key: gateway.key })
  return {
    fleet,
    chat: (model, messages) => sendChat(gateway, model, messages, signal),
    gatewayMetrics: () => text(`${gateway.admin}/metrics`),
    async engineMetrics(model) {
      const replicas = ((await load())?.replicas ?? []).filter((replica) => replica.model === model)
      const read = await Promise.all(
        replicas.map(async ({ id, address }) => [id, await text(`${address}/metrics`)] as const),
      )
      return new Map(read.flatMap(([id, found]) => (found === undefined ? [] : [[id, found] as const])))
    },
    exactRouting: async () => (await load())?.exact ?? [],
    nonce: () => randomUUID(),
    settle: () => wait(settleMs, undefined, { signal }),
  }
}

async function sendChat(
  { address, key }: GatewayAddress,
  model: string,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const nothing = { status: 0, cachedTokens: undefined, promptTokens: undefined, text: '' }
  try {
    const response = await fetch(`${address}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, messages, max_tokens: answerTokens, temperature: 0 }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(chatTimeoutMs)]),
    })
    const body = await response.text()
    const parsed = response.ok ? chatAnswer.safeParse(JSON.parse(body)) : undefined
    const usage = parsed?.data?.usage
    return {
      status: response.status,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? undefined,
      promptTokens: usage?.prompt_tokens ?? undefined,
      text: body,
    }
  } catch (error) {
    signal.throwIfAborted()
    const { message, cause } = error as Error
    return { ...nothing, problem: cause instanceof Error && 'code' in cause ? String(cause.code) : message }
  }
}
