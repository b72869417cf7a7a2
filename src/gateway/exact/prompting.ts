import { readChatTemplate, readPromptBytes } from '../../scheduling/index.ts'
import type { Prompting, PromptingData } from './prompting-data.ts'

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
  return template.kind === 'unsupported' ? template.reason : { template, promptBytes, images: data.images ?? null }
}
