import { boundedRunner, templateGlobals } from './bounded-interpreter.ts'
import { contentFormatOf, type ContentFormat } from './content-format.ts'
import { conversationOf, isFields, mediaMark, toolsOf, type Fields } from './conversation.ts'
import { knowsDevelopers, withoutDevelopers } from './developers.ts'
import { loadJinja, type Jinja, type TemplateNode } from './jinja.ts'

/** A model's files, parsed, as far as they say how it is prompted. */
export interface ChatTemplateFiles {
  /** `tokenizer_config.json`. */
  readonly tokenizerConfig: unknown
  /** `chat_template.jinja`, which newer models have instead; null for none. */
  readonly templateFile: string | null
  /** `config.json`; null where it is not known. */
  readonly modelConfig: unknown
  /** Whether the engine uses mistral-common: `--tokenizer-mode mistral`, or `tekken.json` among the model's files. */
  readonly isMistralFormat: boolean
}

/** The text of a prompt, or why it cannot be told. */
export type RenderedChat =
  | {
      readonly kind: 'prompt'
      readonly text: string
      /** Whether it ends at what is no text and has no name. */
      readonly isCut: boolean
      /** The parts that are images, in their order; the template wrote a place for each. */
      readonly images: readonly Fields[]
    }
  | { readonly kind: 'none'; readonly reason: string }

/** A model's chat template. */
export interface ChatTemplate {
  readonly kind: 'template'
  readonly contentFormat: ContentFormat
  /**
   * Renders a request to `/v1/chat/completions` as the engine would.
   * @param request its body, parsed
   * @param bytes of the body, images not counted: above 1 MB nothing is rendered
   * @param nowMs for templates that write the date
   * @param takesImages whether images are told apart; they end a prompt where not
   */
  render(request: unknown, bytes: number, nowMs: number, takesImages?: boolean): RenderedChat
}

/** A model whose prompts cannot be rendered here: they go by the approximate index. */
export interface UnsupportedTemplate {
  readonly kind: 'unsupported'
  readonly reason: string
}

/** So that no request holds the loop for more than some milliseconds. */
const mostRequestBytes = 1_000_000
/** A template may make at most this many times as much text of a request, and some. */
const mostGrowth = 4

const none = (reason: string): RenderedChat => ({ kind: 'none', reason })
const unsupported = (reason: string): UnsupportedTemplate => ({ kind: 'unsupported', reason })

/** Reads a model's chat template. */
export async function readChatTemplate(files: ChatTemplateFiles): Promise<ChatTemplate | UnsupportedTemplate> {
  const config = isFields(files.modelConfig) ? files.modelConfig : {}
  if (config['model_type'] === 'gpt_oss') return unsupported('its prompts are written by harmony, not by a template')
  if (files.isMistralFormat) return unsupported('its prompts are written by mistral-common, not by a template')
  const tokenizer = isFields(files.tokenizerConfig) ? files.tokenizerConfig : {}
  const source = files.templateFile ?? templateOf(tokenizer['chat_template'])
  if (source === null) return unsupported('it has no chat template')
  const jinja = await loadJinja()
  let program: TemplateNode
  try {
    program = jinja.parse(jinja.tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
  } catch (error) {
    return unsupported(`its chat template is not readable here: ${messageOf(error)}`)
  }
  const contentFormat = contentFormatOf(program)
  const read = {
    jinja,
    run: boundedRunner(jinja),
    program,
    contentFormat,
    knowsDevelopers: knowsDevelopers(source),
    special: specialTokens(tokenizer),
  }
  return {
    kind: 'template',
    contentFormat,
    render: (request, bytes, nowMs, takesImages = false) => {
      if (bytes > mostRequestBytes) return none('the request is larger than 1 MB')
      try {
        return render(read, request, bytes, nowMs, takesImages)
      } catch (error) {
        return none(messageOf(error))
      }
    },
  }
}

interface ReadTemplate {
  readonly jinja: Jinja
  readonly run: ReturnType<typeof boundedRunner>
  readonly program: TemplateNode
  readonly contentFormat: ContentFormat
  readonly knowsDevelopers: boolean
  readonly special: Readonly<Record<string, unknown>>
}

function render(read: ReadTemplate, request: unknown, bytes: number, nowMs: number, takesImages: boolean) {
  if (!isFields(request)) return none('the request is no object')
  if (typeof request['chat_template'] === 'string') return none('the request brings a template of its own')
  if (request['add_special_tokens'] === true) return none('the request asks for special tokens before the template’s')
  if (typeof request['truncate_prompt_tokens'] === 'number') return none('the request asks for its prompt to be cut')
  const images: Fields[] = []
  // Engines mix what a request says of its media into their names.
  const hasNames = takesImages && !request['mm_processor_kwargs'] && !request['media_io_kwargs']
  const conversation = conversationOf(request['messages'], read.contentFormat, hasNames ? images : null)
  if (conversation === null) return none('the request has no messages that can be read')
  const messages = read.knowsDevelopers ? conversation : withoutDevelopers(conversation)
  const environment = templateGlobals(read.jinja, nowMs)
  const isContinued = request['continue_final_message'] === true
  const own = isFields(request['chat_template_kwargs']) ? request['chat_template_kwargs'] : {}
  const effort = request['reasoning_effort'] ?? undefined
  const values: Record<string, unknown> = {
    ...read.special,
    // vLLM 0.32, `ChatCompletionRequest.build_chat_params`: who sets an effort wants thoughts, or none.
    ...(effort === undefined ? {} : { reasoning_effort: effort, enable_thinking: effort !== 'none' }),
    documents: request['documents'] ?? null,
    add_generation_prompt: request['add_generation_prompt'] !== false,
    ...own,
    messages,
    tools: toolsOf(request['tools']),
  }
  for (const [name, value] of Object.entries(values)) environment.set(name, value)
  const value = read.run(read.program, environment)
  if (typeof value !== 'string') return none('the template makes no text')
  if (value.length > mostGrowth * bytes + 65_536) return none('the template makes too much of the request')
  const text = isContinued ? upToFinalMessage(value, messages.at(-1)?.['content']) : value
  if (text === null) return none('the template leaves the message out that is to be continued')
  const media = text.indexOf(mediaMark)
  return { kind: 'prompt', text: media === -1 ? text : text.slice(0, media), isCut: media !== -1, images } as const
}

/**
 * Cuts a prompt behind the last message, which the model goes on with.
 * Source: Hugging Face transformers, `chat_template_utils.py`, `render_jinja_template`.
 */
function upToFinalMessage(text: string, content: unknown): string | null {
  const parts: unknown = Array.isArray(content) ? (content as unknown[]).at(-1) : content
  const final = isFields(parts) ? parts['text'] : parts
  if (typeof final !== 'string') return null
  const at = text.lastIndexOf(final.trim())
  if (at === -1) return null
  const spaced = final.trimStart()
  return text.slice(at, at + spaced.length) === final
    ? text.slice(0, at + spaced.length)
    : text.slice(0, at + final.trim().length)
}

/** A template, or the one named `default` of several. */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return null
  const found = (value as unknown[]).find((each) => isFields(each) && each['name'] === 'default')
  return isFields(found) && typeof found['template'] === 'string' ? found['template'] : null
}

/** The tokens that a template may name: `bos_token` and its like. */
function specialTokens(tokenizer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const special: Record<string, unknown> = {}
  for (const name of ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']) {
    const token = tokenizer[name]
    const text = isFields(token) ? token['content'] : token
    if (typeof text === 'string') special[name] = text
  }
  return special
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'it failed for no reason told')
