import {
  readChatTemplate,
  readPromptBytes,
  type ChatTemplate,
  type ChatTemplateFiles,
  type PromptBytes,
} from '../../scheduling/index.ts'

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

/** Reads how a model is prompted; a sentence when it cannot be told here. */
export async function preparePrompting(data: PromptingData): Promise<Prompting | string> {
  if (data.kind === 'simulated') {
    // Loaded by who needs it only: the tables of all engines come along.
    const { simulatedPrompting } = await import('./simulated-prompting.ts')
    return simulatedPrompting
  }
  const promptBytes = readPromptBytes(data.tokenizer)
  if (typeof promptBytes === 'string') return promptBytes
  const template = await readChatTemplate(data.template)
  return template.kind === 'unsupported' ? template.reason : { template, promptBytes }
}
