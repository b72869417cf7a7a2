/**
 * Dialects that are not chat completions: how their questions, answers and streams are said in terms of chat completions,
 * for engines that do not speak them. Pure.
 */
export { generateTranslation } from './generate.ts'
export { messagesTranslation, messageTokensTranslation } from './messages/index.ts'
export { responsesTranslation } from './responses/index.ts'
