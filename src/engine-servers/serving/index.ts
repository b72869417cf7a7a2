/**
 * OpenAI's HTTP surface, spoken as vLLM speaks it, before a `Backend` that computes; and the shell of an engine process.
 */
export { startServer, type RunningServer, type ServerOptions } from './start-server.ts'
export { runEngineProcess, type EngineProcessOptions } from './process.ts'
export { parseProcessArguments } from './process-arguments.ts'
export { sendJson, sendText, type Route } from './exchange.ts'
export { answerTooLong, invalidValue, notSupported, promptTooLong } from './errors.ts'
export {
  ConnectionCut,
  ServingError,
  type Backend,
  type ChatMessage,
  type GenerationRequest,
  type GenerationResult,
  type PagedLoad,
  type ResponseFormat,
  type SequenceStages,
  type ServingLoad,
} from './contract.ts'
