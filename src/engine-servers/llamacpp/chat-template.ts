import { invalidValue, type ChatMessage } from '../serving/index.ts'
import type { Jinja, JinjaTemplate, LlamaModel } from './node-llama-cpp.ts'

/** Writes a chat as the text that the model was trained on. */
export type RenderChat = (messages: readonly ChatMessage[], tools: readonly unknown[] | undefined) => string

/** The model's own Jinja chat template, from the metadata of its file. */
export function createChatTemplate(jinja: Jinja, model: LlamaModel): RenderChat {
  const source = model.fileInfo.metadata.tokenizer?.chat_template
  if (typeof source !== 'string') {
    return () => {
      throw invalidValue('This model has no chat template. Use /v1/completions, or a model that was trained for chat.')
    }
  }
  const template = new jinja.Template(source)
  const { bosString, eosString } = model.tokens
  return (messages, tools) =>
    render(template, {
      messages: messages.map(withPlainContent),
      ...(tools !== undefined && { tools }),
      add_generation_prompt: true,
      bos_token: bosString ?? '',
      eos_token: eosString ?? '',
    })
}

function render(template: JinjaTemplate, variables: Readonly<Record<string, unknown>>): string {
  try {
    return template.render(variables)
  } catch (error) {
    // Templates raise exceptions on purpose, such as for roles that do not alternate.
    throw invalidValue(`The model's chat template refuses the messages: ${messageOf(error)}`, 'messages')
  }
}

/** Templates of text models expect a string: parts are joined by line breaks, as vLLM does; other parts are refused. */
function withPlainContent(message: ChatMessage): Record<string, unknown> {
  const { content } = message
  if (typeof content === 'string') return { ...message }
  if (content === null || content === undefined) return { ...message, content: '' }
  const foreign = content.find(({ type }) => type !== 'text')
  if (foreign !== undefined)
    throw invalidValue(`This model reads text only, not parts of type ${foreign.type}.`, 'messages')
  return { ...message, content: content.map(({ text }) => text ?? '').join('\n') }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
