/**
 * Anthropic's Messages API in terms of chat completions (docs.anthropic.com, "Messages", version 2023-06-01; answers as
 * vLLM 0.32 and llama.cpp give them).
 */
import type { Translation, TranslatedQuestion } from '../../data-plane/translation.ts'
import { MessageAnswer, messageError } from './answer.ts'
import { countedTokens, toTokenizeQuestion } from './count-tokens.ts'
import { toChatQuestion, toPromptChat } from './question.ts'

/** `/v1/messages`. */
export const messagesTranslation: Translation = {
  ownPath: '/v1/messages',
  isModelOptional: false,
  canStream: true,
  question(body): TranslatedQuestion {
    const { chat, ...options } = toChatQuestion(body)
    return {
      path: '/v1/chat/completions',
      request: chat,
      answer: () => new MessageAnswer(options),
    }
  },
  promptOf: toPromptChat,
}

/** `/v1/messages/count_tokens`. */
export const messageTokensTranslation: Translation = {
  ownPath: '/v1/messages/count_tokens',
  isModelOptional: false,
  canStream: false,
  question: (body): TranslatedQuestion => ({
    path: '/tokenize',
    request: toTokenizeQuestion(body),
    answer: () => ({ whole: countedTokens, error: messageError }),
  }),
}
