/**
 * OpenAI's Responses API in terms of chat completions (platform.openai.com, "Responses" and "Streaming events", 2026;
 * answers as vLLM 0.32 and llama.cpp give them). Nothing is stored: a question says all of its conversation.
 */
import type { Translation, TranslatedQuestion } from '../../data-plane/translation.ts'
import { ResponseAnswer } from './answer.ts'
import { toChatQuestion, toPromptChat } from './question.ts'

/** `/v1/responses`. */
export const responsesTranslation: Translation = {
  ownPath: '/v1/responses',
  isModelOptional: false,
  canStream: true,
  question(body): TranslatedQuestion {
    const { chat, echo } = toChatQuestion(body)
    return {
      path: '/v1/chat/completions',
      request: chat,
      answer: () => new ResponseAnswer(echo),
    }
  },
  promptOf: toPromptChat,
}
