/**
 * Chat completions as the other dialects see them: messages to ask with, and answers as a sequence of parts.
 */
export type { ChatMessage, ChatPart, ChatToolCall } from './chat-message.ts'
export { plainContent } from './chat-message.ts'
export { readChatAnswer, readChatChunk, type ChatDelta, type ChatEnd, type ChatUsage } from './chat-answer.ts'
export { AnswerParts, type PartSink, type StartedPart } from './answer-parts.ts'
export { readEngineError } from './engine-error.ts'
