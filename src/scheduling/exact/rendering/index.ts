/**
 * Prompts as the engine will see them: a chat request through the model's own template.
 *
 * Nothing is kept from one request to the next. What a template writes of the first messages may depend on the last ones
 * (Qwen3 leaves the reasoning of earlier turns out, by where the last question stands), so the beginning of a prompt is not
 * what its first messages alone render to.
 */
export {
  readChatTemplate,
  type ChatTemplate,
  type ChatTemplateFiles,
  type RenderedChat,
  type UnsupportedTemplate,
} from './chat-template.ts'
export type { ContentFormat } from './content-format.ts'
export { imagePlaceholder, type Fields } from './conversation.ts'
