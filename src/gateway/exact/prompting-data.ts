import type { ChatTemplate, ChatTemplateFiles, PromptBytes } from '../../scheduling/index.ts'

/** How a model is prompted, as plain data for any thread. */
export type PromptingData =
  | {
      readonly kind: 'files'
      /** `tokenizer.json`, parsed, without its vocabulary. */
      readonly tokenizer: unknown
      readonly template: ChatTemplateFiles
    }
  | { readonly kind: 'simulated' }

/** Makes of a request the bytes that its engine's tokenizer gets. */
export interface Prompting {
  readonly template: Pick<ChatTemplate, 'render'>
  readonly promptBytes: PromptBytes
}
