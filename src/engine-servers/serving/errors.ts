import { ServingError } from './contract.ts'

/** The error body of OpenAI's API with vLLM's fields. */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: number
  }
}

/** The body that tells a client of `error`. */
export function errorBody(error: ServingError): ErrorBody {
  return { error: { message: error.message, type: error.type, param: error.param, code: error.status } }
}

/** A body that has the wrong form; `location` is a path such as `body.messages`. */
export function malformed(location: string, problem: string): ServingError {
  return new ServingError(400, `1 validation error: ${location}: ${problem}`, 'Bad Request', location)
}

/** A field that has the right type and a value that cannot be served. */
export function invalidValue(message: string, param: string | null = null): ServingError {
  return new ServingError(400, message, 'BadRequestError', param)
}

/** Something that OpenAI's API has and this engine does not do. */
export function notSupported(param: string, what: string): ServingError {
  return invalidValue(`${what} is not supported by this engine. Leave out \`${param}\`.`, param)
}

/** The prompt alone exceeds the context. */
export function promptTooLong(contextLength: number, promptTokens: number): ServingError {
  return invalidValue(
    `This model's maximum context length is ${contextLength} tokens. However, your prompt contains ${promptTokens} ` +
      'input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.',
    'input_tokens',
  )
}

/** Prompt and wanted answer together exceed the context. */
export function answerTooLong(contextLength: number, promptTokens: number, maxTokens: number): ServingError {
  return invalidValue(
    `max_tokens=${maxTokens} is too large: this model's maximum context length is ${contextLength} tokens and your ` +
      `prompt has ${promptTokens} of them. Please ask for at most ${Math.max(0, contextLength - promptTokens)} output tokens.`,
    'max_tokens',
  )
}

/** The server cannot take work now: it is loading, draining or failed. */
export function unavailable(why: string): ServingError {
  return new ServingError(503, why, 'ServiceUnavailableError')
}

/** What a client is told of a fault of ours; the details go to the log only. */
export function internalError(): ServingError {
  return new ServingError(500, 'Internal server error', 'InternalServerError')
}
