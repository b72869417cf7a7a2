import { checkFields } from './check-fields.ts'
import { notSupported } from './errors.ts'
import { sendJson, type Exchange } from './exchange.ts'
import { resolveModel } from './parse-generation.ts'
import { embeddingFields } from './request-fields.ts'

/** `POST /v1/embeddings`. */
export async function handleEmbeddings(exchange: Exchange): Promise<void> {
  const fields = checkFields(embeddingFields, exchange.body)
  const model = resolveModel(fields.model, exchange.backend)
  if (fields.dimensions) throw notSupported('dimensions', 'Changing the number of dimensions')
  const { vectors, promptTokens } = await exchange.backend.embed(inputsOf(fields.input), exchange.signal)
  const encode = fields.encoding_format === 'base64' ? toBase64 : (vector: readonly number[]) => vector
  sendJson(exchange.response, 200, {
    id: `embd-${exchange.requestId}`,
    object: 'list',
    created: Math.floor(Date.now() / 1000),
    model,
    data: vectors.map((vector, index) => ({ index, object: 'embedding', embedding: encode(vector) })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens, completion_tokens: 0 },
  })
}

type Inputs = string | string[] | number[] | number[][]

function inputsOf(input: Inputs): readonly (string | readonly number[])[] {
  if (typeof input === 'string') return [input]
  return typeof input[0] === 'number' ? [input as number[]] : (input as (string | number[])[])
}

/** OpenAI's base64 form: little-endian 32-bit floats. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
