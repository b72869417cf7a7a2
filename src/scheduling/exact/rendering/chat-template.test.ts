import { describe, expect, it } from 'vitest'
import { readChatTemplate, type ChatTemplate, type ChatTemplateFiles } from './index.ts'

/** The template of the model of the recordings. */
const tiny =
  "{% for m in messages %}{{'<|im_start|>'+m['role']+'\\n'+m['content']+'<|im_end|>\\n'}}{% endfor %}{% if add_generation_prompt %}{{'<|im_start|>assistant\\n'}}{% endif %}"

/** As templates of models that take images look: contents are lists. */
const parts =
  '{% for message in messages %}[{{ message.role }}]{% for part in message.content %}{% if part.type == "text" %}{{ part.text }}{% else %}<image>{% endif %}{% endfor %}{% endfor %}'

async function read(template: string | null, files: Partial<ChatTemplateFiles> = {}): Promise<ChatTemplate> {
  const given = { tokenizerConfig: {}, templateFile: template, modelConfig: null, isMistralFormat: false, ...files }
  const chat = await readChatTemplate(given)
  if (chat.kind === 'unsupported') throw new Error(chat.reason)
  return chat
}

const now = Date.UTC(2026, 6, 4, 23, 5)
const user = (content: unknown) => ({ role: 'user', content })
const image = (url: string) => ({ type: 'image_url', image_url: { url } })
const withImages = async (template: string, request: object) => (await read(template)).render(request, 100, now, true)
const result = (content: unknown) => ({ role: 'tool', tool_call_id: '1', content })

async function text(template: string, request: object, files?: Partial<ChatTemplateFiles>): Promise<string> {
  const rendered = (await read(template, files)).render(request, 1000, now)
  return rendered.kind === 'prompt' ? rendered.text : `none: ${rendered.reason}`
}

describe('a chat', () => {
  it('is what a real vLLM made tokens of', async () => {
    // Source: recordings of vLLM 0.32.0, `/tokenize` of this message, turned into bytes.
    expect(await text(tiny, { messages: [user('hello world')] })).toBe(
      '<|im_start|>user\nhello world<|im_end|>\n<|im_start|>assistant\n',
    )
  })

  it('has system, several turns and no generation prompt where that is asked', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      user('Hi'),
      { role: 'assistant', content: 'Hello' },
      user('Bye'),
    ]
    expect(await text(tiny, { messages, add_generation_prompt: false })).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n',
    )
  })

  it('joins parts of text by line ends for a template that wants text, and keeps them for one that wants parts', async () => {
    const messages = [
      user([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ]
    expect((await read(tiny)).contentFormat).toBe('string')
    expect(await text(tiny, { messages, add_generation_prompt: false })).toBe('<|im_start|>user\na\nb<|im_end|>\n')
    expect((await read(parts)).contentFormat).toBe('openai')
    expect(await text(parts, { messages: [...messages, user('c')] })).toBe('[user]ab[user]c')
  })

  it.each([
    ['{% for m in messages[1:] %}{% for c in m["content"] %}{{ c }}{% endfor %}{% endfor %}', 'openai'],
    [
      '{% set all = messages %}{% for m in all if m.role %}{% for c in m.content | list %}{{ c }}{% endfor %}{% endfor %}',
      'openai',
    ],
    ['{% macro show(content) %}{% for item in content %}{{ item }}{% endfor %}{% endmacro %}{{ messages }}', 'openai'],
    ['{% for m in messages %}{{ m.content }}{% for t in m.tool_calls %}{{ t }}{% endfor %}{% endfor %}', 'string'],
  ])('tells what a template wants from how it loops: %s', async (template, format) => {
    expect((await read(template)).contentFormat).toBe(format)
  })

  it('goes on with the last message where that is asked, with the spaces that it ends in if the template keeps them', async () => {
    const request = { messages: [user('Hi'), { role: 'assistant', content: 'Once upon ' }] }
    const asked = { ...request, continue_final_message: true, add_generation_prompt: false }
    expect(await text(tiny, asked)).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nOnce upon ')
    const trimming = tiny.replace("m['content']", "m['content'] | trim")
    expect(await text(trimming, asked)).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nOnce upon')
  })

  it('hands tools over as the engine does, and arguments of calls as values', async () => {
    const template =
      '{{ tools | tojson }}|{% for m in messages %}{{ m.tool_calls[0].function.arguments | tojson }}{% endfor %}'
    const tools = [{ type: 'function', function: { name: 'time', parameters: { type: 'object', properties: {} } } }]
    const call = { id: '1', type: 'function', function: { name: 'time', arguments: '{"zone": "UTC", "n": [1, 2]}' } }
    const messages = [{ role: 'assistant', content: null, tool_calls: [call] }]
    expect(await text(template, { tools, messages })).toBe(
      '[{"type": "function", "function": {"name": "time", "description": null, "parameters": {"type": "object", "properties": {}}}}]|{"zone": "UTC", "n": [1, 2]}',
    )
    expect(await text('{{ tools is none }}', { messages: [] })).toBe('true')
  })

  it('knows special tokens, arguments of the request, and the date', async () => {
    const template = '{{ bos_token }}{{ eos_token }}{{ enable_thinking }}{{ strftime_now("%d %b %Y") }}'
    const tokenizerConfig = { bos_token: '<s>', eos_token: { content: '</s>' } }
    const request = { messages: [], chat_template_kwargs: { enable_thinking: false } }
    expect(await text(template, request, { tokenizerConfig })).toBe('<s></s>false04 Jul 2026')
  })

  // Source: vLLM 0.32, `/v1/chat/completions/render`.
  it('has thoughts where an effort is asked for, unless the request says otherwise', async () => {
    const template = '{{ reasoning_effort }} {{ enable_thinking }}'
    expect(await text(template, { messages: [], reasoning_effort: 'low' })).toBe('low true')
    expect(await text(template, { messages: [], reasoning_effort: 'none' })).toBe('none false')
    const own = { chat_template_kwargs: { enable_thinking: false } }
    expect(await text(template, { messages: [], reasoning_effort: 'high', ...own })).toBe('high false')
  })

  // Source: vLLM 0.32, `/v1/responses/render`.
  it('has developers where the template knows them, and else makes one system prompt of what they say', async () => {
    const messages = [{ role: 'system', content: 'a' }, user('b'), { role: 'developer', content: 'c' }]
    const asked = { messages, add_generation_prompt: false }
    expect(await text(tiny, asked)).toBe('<|im_start|>system\na\n\nc<|im_end|>\n<|im_start|>user\nb<|im_end|>\n')
    const telling = "{% for m in messages %}{{ m.role }}{% if m.role == 'developer' %}!{% endif %} {% endfor %}"
    expect(await text(telling, asked)).toBe('system user developer! ')
    const first = { messages: [{ role: 'developer', content: 'c' }, user('b')], add_generation_prompt: false }
    expect(await text(tiny, first)).toBe('<|im_start|>system\nc<|im_end|>\n<|im_start|>user\nb<|im_end|>\n')
    const either =
      '{% for m in messages %}{% if m.content is string %}({{ m.content }}){% else %}{% for part in m.content %}{{ part.text }}{% endfor %}{% endif %}{% endfor %}'
    expect(await text(either, { messages })).toBe('(a\n\nc)b')
  })

  it('is without the line of a system prompt that is another one in each request', async () => {
    const header = 'x-anthropic-billing-header: cch=1;'
    const texts = [
      { type: 'text', text: header },
      { type: 'text', text: 'Be brief.' },
    ]
    for (const content of [`${header}\nBe brief.`, texts]) {
      expect(await text(tiny, { messages: [{ role: 'system', content }], add_generation_prompt: false })).toBe(
        '<|im_start|>system\nBe brief.<|im_end|>\n',
      )
    }
  })

  it('has results of tools as text, also for a template that wants parts', async () => {
    const template =
      '{% for m in messages %}{% if m.content is string %}({{ m.content }}){% else %}{% for part in m.content %}{{ part.text }}{% endfor %}{% endif %}{% endfor %}'
    const texts = [
      { type: 'text', text: 'b' },
      { type: 'text', text: 'c' },
    ]
    expect(await text(template, { messages: [user('a'), result(texts), result('d')] })).toBe('a(b\nc)(d)')
  })

  it('ends at the first image: what the engine makes of it is not known', async () => {
    const messages = [user('first'), user([{ type: 'text', text: 'see' }, image('data:')]), user('last')]
    expect((await read(parts)).render({ messages }, 100, now)).toEqual({
      kind: 'prompt',
      text: '[user]first[user]see',
      isCut: true,
      images: [],
    })
    expect(await text(tiny, { messages })).toBe('<|im_start|>user\nfirst<|im_end|>\n<|im_start|>user\n')
  })

  it('goes on behind images where they are told apart, and lists them', async () => {
    const messages = [user([image('a'), { type: 'text', text: 'see' }, image('b')]), user('last')]
    const images = [image('a'), image('b')]
    const prompt = { kind: 'prompt', isCut: false, images }
    expect(await withImages(parts, { messages })).toEqual({ ...prompt, text: '[user]<image>see<image>[user]last' })
    // A template that wants text gets them before the text of their message.
    const place = '\u0000image\u0000'
    expect(await withImages(tiny, { messages, add_generation_prompt: false })).toEqual({
      ...prompt,
      text: `<|im_start|>user\n${place}\n${place}\nsee<|im_end|>\n<|im_start|>user\nlast<|im_end|>\n`,
    })
    const sound = [user([image('a'), { type: 'input_audio', input_audio: {} }])]
    expect(await withImages(parts, { messages: sound })).toMatchObject({ isCut: true, text: '[user]<image>' })
    const otherwise = { messages, mm_processor_kwargs: { max_pixels: 9 } }
    expect(await withImages(parts, otherwise)).toMatchObject({ isCut: true, text: '[user]', images: [] })
  })
})

describe('what cannot be rendered', () => {
  it.each<[string, Partial<ChatTemplateFiles>]>([
    ['harmony', { modelConfig: { model_type: 'gpt_oss' } }],
    ['mistral-common', { isMistralFormat: true }],
    ['no chat template', { templateFile: null }],
    ['not readable', { templateFile: '{% for %}' }],
  ])('is told of a model (%s)', async (reason, change) => {
    const files = { tokenizerConfig: {}, templateFile: tiny, modelConfig: null, isMistralFormat: false, ...change }
    expect(await readChatTemplate(files)).toMatchObject({
      kind: 'unsupported',
      reason: expect.stringContaining(reason),
    })
  })

  it.each<[string, string, unknown]>([
    ['no object', tiny, 'text'],
    ['no messages', tiny, { messages: 'x' }],
    ['no messages', tiny, { messages: [{ role: 'user', content: 7 }] }],
    ['a template of its own', tiny, { messages: [], chat_template: 'x' }],
    ['special tokens', tiny, { messages: [], add_special_tokens: true }],
    ['to be cut', tiny, { messages: [], truncate_prompt_tokens: 5 }],
    ['refuses the request: roles', "{{ raise_exception('roles') }}", { messages: [] }],
    ['steps', '{% for a in range(900) %}{% for b in range(900) %}x{% endfor %}{% endfor %}', { messages: [] }],
    ['steps', '{% for a in range(1000000000) %}x{% endfor %}', { messages: [] }],
    [
      'too much',
      '{% for a in range(900) %}{{ messages[0].content }}{% endfor %}',
      { messages: [user('x'.repeat(999))] },
    ],
  ])('is told of a request (%s)', async (reason, template, request) => {
    expect((await read(template)).render(request, 100, now)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining(reason),
    })
  })

  it('is told of a request above 1 MB before anything is done with it', async () => {
    expect((await read(tiny)).render({}, 1_000_001, now)).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining('1 MB'),
    })
  })

  it('takes the default of several templates', async () => {
    const tokenizerConfig = {
      chat_template: [
        { name: 'tool_use', template: 'a' },
        { name: 'default', template: 'b' },
      ],
    }
    expect(await text('', { messages: [] }, { tokenizerConfig, templateFile: null })).toBe('b')
  })
})
