import { request } from 'undici'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { readEventData } from './server-sent-events.ts'

/** The OpenAI-compatible server that is talked to. */
export interface ChatServer {
  /** Base URL without `/v1` and without a slash at its end. */
  readonly url: string
  readonly apiKey?: string
}

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** What a conversation asks for. */
export interface ChatQuestion {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly maxTokens?: number
}

/** A piece of an answer. */
export type AnswerPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | { readonly kind: 'usage'; readonly completionTokens: number }

const errorBody = z.object({ error: z.object({ message: z.string() }) })
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) })
const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish(), reasoning_content: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ completion_tokens: z.number() }).nullish(),
})

/** Brings what people write into the form of `ChatServer.url`: `host:port`, with `/v1`, with slashes, or a wildcard address. */
export function normaliseUrl(text: string): string {
  const url = new URL(/^https?:\/\//.test(text) ? text : `http://${text}`)
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return (url.origin + url.pathname).replace(/\/+$/, '').replace(/\/v1$/, '')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const headersOf = ({ apiKey }: ChatServer) => ({
  'content-type': 'application/json',
  ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
})

function refusal(server: ChatServer, statusCode: number, text: string): UserError {
  const body = errorBody.safeParse(parseJson(text))
  return new UserError({
    what: body.success ? body.data.error.message : `The server answered with HTTP status ${statusCode}`,
    where: server.url,
    ...(statusCode === 401 || statusCode === 403
      ? { mend: 'Put a key that this server knows into FAIRLEAD_API_KEY.', command: 'export FAIRLEAD_API_KEY=…' }
      : {}),
  })
}

/** Names of the models that the server serves. @throws UserError when it refuses. */
export async function listModels(server: ChatServer, signal: AbortSignal): Promise<readonly string[]> {
  const { statusCode, body } = await request(`${server.url}/v1/models`, { headers: headersOf(server), signal })
  const text = await body.text()
  if (statusCode !== 200) throw refusal(server, statusCode, text)
  const list = modelList.safeParse(parseJson(text))
  if (list.success) return list.data.data.map(({ id }) => id)
  throw new UserError({
    what: 'The server does not speak the OpenAI API',
    where: `${server.url}/v1/models`,
    why: 'Its answer is no list of models.',
    mend: 'Give the base URL of an OpenAI-compatible server with --url.',
  })
}

/** The answer as it comes; ending the loop or aborting `signal` ends the request. @throws UserError when the server refuses. */
export async function* streamAnswer(
  server: ChatServer,
  question: ChatQuestion,
  signal: AbortSignal,
): AsyncGenerator<AnswerPiece> {
  const { statusCode, body } = await request(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: headersOf(server),
    body: JSON.stringify({
      model: question.model,
      messages: question.messages,
      stream: true,
      stream_options: { include_usage: true },
      ...(question.maxTokens === undefined ? {} : { max_tokens: question.maxTokens }),
    }),
    signal,
    // A long prompt may take minutes until the first token; the gateway has the deadlines.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  if (statusCode !== 200) throw refusal(server, statusCode, await body.text())
  for await (const data of readEventData(body)) {
    if (data === '[DONE]') return
    yield* readChunk(server, parseJson(data))
  }
}

function* readChunk(server: ChatServer, value: unknown): Generator<AnswerPiece> {
  const failure = errorBody.safeParse(value)
  if (failure.success) throw new UserError({ what: failure.data.error.message, where: server.url })
  const result = chunk.safeParse(value)
  if (!result.success) return
  const { choices, usage } = result.data
  for (const { delta } of choices ?? []) {
    if (delta?.reasoning_content) yield { kind: 'reasoning', text: delta.reasoning_content }
    if (delta?.content) yield { kind: 'text', text: delta.content }
  }
  if (usage) yield { kind: 'usage', completionTokens: usage.completion_tokens }
}
