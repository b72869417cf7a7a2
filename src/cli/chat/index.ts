/**
 * Talking to a model in the terminal: a streaming client, a prompt, and what is told about each answer.
 */
export { askOnce, converse } from './conversation.ts'
export { readPipedText } from './read-input.ts'
export { listModels, normaliseUrl, type ChatServer } from './server.ts'
