import type { ChatTemplate, ChatTemplateFiles, ImageFormat, PromptBytes } from '../../scheduling/index.ts'

/** How a model is prompted, as plain data for any thread. */
export type PromptingData =
  | {
      readonly kind: 'files'
      /** `tokenizer.json`, parsed, without its vocabulary. */
      readonly tokenizer: unknown
      readonly template: ChatTemplateFiles
      /** What the engine makes of images; absent where that is not known. */
      readonly images?: ImageFormat
    }
  | { readonly kind: 'simulated' }

/** Makes of a request the bytes that its engine's tokenizer gets. */
export interface Prompting {
  readonly template: Pick<ChatTemplate, 'render'>
  readonly promptBytes: PromptBytes
  /** What the engine makes of images; null where that is not known. */
  readonly images: ImageFormat | null
}
