import { describe, expect, it } from 'vitest'
import { catchRefusal, chunk, ending, readEvents, recordings, withoutIdentifiers } from '../testing/index.ts'
import { messagesTranslation, messageTokensTranslation } from './index.ts'

const user = (content: unknown) => ({ role: 'user', content })
const base = { model: 'tiny', max_tokens: 8, messages: [user('hello world')] }
const translate = (question: object) => messagesTranslation.question(Buffer.from(JSON.stringify(question)))
const chatOf = (question: object) => translate(question).request as Record<string, unknown>
const messagesOf = (question: object) => chatOf({ ...base, ...question })['messages']
const whole = (question: object, answer: object) =>
  JSON.parse(
    translate(question)
      .answer()
      .whole(Buffer.from(JSON.stringify(answer))),
  ) as Record<string, unknown>
const completion = (message: object, choice: object = {}) => ({
  model: 'tiny',
  choices: [
    { index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop', stop_reason: null, ...choice },
  ],
  usage: { prompt_tokens: 17, completion_tokens: 8, total_tokens: 25 },
})
const callDelta = (index: number, fields: object) => ({ tool_calls: [{ index, ...fields }] })
const promptOf = (question: object) => messagesTranslation.promptOf?.(Buffer.from(JSON.stringify(question)))
const text = (content: string) => ({ type: 'text', text: content })
const thought = (thinking: string) => ({ type: 'thinking', thinking, signature: 's' })
const weather = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } }

describe('a question to /v1/messages', () => {
  it('says in a chat what it says in Anthropic’s words', () => {
    const question = {
      ...base,
      system: [{ type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } }],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      tools: [{ name: 'weather', description: 'Tells it', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      ignore_eos: true,
      stream: true,
    }
    expect(chatOf(question)).toEqual({
      model: 'tiny',
      messages: [{ role: 'system', content: 'Be short.' }, user('hello world')],
      max_tokens: 8,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop: ['END'],
      user: 'u1',
      tools: [
        { type: 'function', function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } } },
      ],
      tool_choice: 'required',
      parallel_tool_calls: false,
      ignore_eos: true,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('keeps the order of a turn with calls, results, images and thoughts', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
    const messages = [
      user([{ type: 'text', text: 'What is this?' }, image]),
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }, { type: 'text', text: 'I look.' }, weather],
      },
      user([
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [{ type: 'text', text: 'no such city' }],
          is_error: true,
        },
        { type: 'text', text: 'And now?' },
      ]),
    ]
    expect(messagesOf({ messages })).toEqual([
      user([
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ]),
      {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'Hm.',
        tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'Error: no such city' },
      user('And now?'),
    ])
  })

  // Source: vLLM 0.32, `/v1/messages/render`, which makes the same tokens of both (test/engines/vllm-server.test.ts).
  it.each([
    [
      'texts of a system prompt, but the one that is another in each request',
      { system: [text('x-anthropic-billing-header: cch=1;'), text('One.'), text('Two.')] },
      [{ role: 'system', content: 'One.Two.' }, user('hello world')],
    ],
    [
      'texts of a turn, but empty ones',
      { messages: [user([text(''), text('a'), text('b')]), { role: 'assistant', content: [text('c')] }, user('d')] },
      [user([text('a'), text('b')]), { role: 'assistant', content: 'c' }, user('d')],
    ],
    [
      'thoughts',
      {
        messages: [user('a'), { role: 'assistant', content: [thought('Hm. '), thought('Ah.'), text('b')] }, user('c')],
      },
      [user('a'), { role: 'assistant', content: 'b', reasoning_content: 'Hm. Ah.' }, user('c')],
    ],
  ])('puts %s together as vLLM does', (_what, fields, expected) => {
    expect(messagesOf(fields)).toEqual(expected)
  })

  it('is the same prompt as a chat that an engine makes of it by itself, whatever else it asks for', () => {
    const tool = { name: 'weather', input_schema: { properties: {} }, strict: true }
    const failed = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'no such city', is_error: true }
    const question = {
      ...base,
      system: 'S',
      messages: [user('a'), { role: 'assistant', content: [weather] }, user([failed])],
      tools: [tool],
      stream: true,
      cache_salt: 'tenant',
      chat_template_kwargs: { enable_thinking: true },
      output_config: { effort: 'high' },
      thinking: { type: 'enabled', budget_tokens: 1024 },
    }
    const parameters = { properties: {}, type: 'object' }
    const expected = {
      messages: [
        { role: 'system', content: 'S' },
        user('a'),
        expect.objectContaining({ role: 'assistant', content: null }),
        // vLLM does not say that the call failed.
        { role: 'tool', tool_call_id: 'toolu_1', content: 'no such city' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters, strict: true } }],
      reasoning_effort: 'high',
      chat_template_kwargs: { enable_thinking: true },
      cache_salt: 'tenant',
    }
    expect(promptOf(question)).toEqual(expected)
    expect(promptOf({ ...base, thinking: { type: 'disabled' } })).toEqual({
      messages: [user('hello world')],
      reasoning_effort: 'none',
    })
  })

  it.each([
    ['no max_tokens', { max_tokens: undefined }, 'max_tokens', 'is not understood'],
    ['no messages', { messages: [] }, 'messages', 'is not understood'],
    ['a number as text', { messages: [user([{ type: 'text', text: 7 }])] }, 'messages.0.content.0.text', 'understood'],
    ['a document', { messages: [user([{ type: 'document' }])] }, 'messages.0.content.0', 'no block "document"'],
    [
      'an uploaded image',
      { messages: [user([{ type: 'image', source: { type: 'file', file_id: 'f' } }])] },
      'messages.0.content.0.source',
      'uploaded',
    ],
    [
      'a search by the server',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      'tools.0.type',
      'web_search',
    ],
    ['an amount of thinking', { thinking: { type: 'enabled', budget_tokens: 1024 } }, 'thinking', 'cannot be set'],
    [
      'an answer that is begun',
      { messages: [user('a'), { role: 'assistant', content: 'b' }] },
      'messages',
      'cannot be begun',
    ],
    ['a container', { container: 'c1' }, 'container', 'no containers'],
    ['MCP servers', { mcp_servers: [{ url: 'x' }] }, 'mcp_servers', 'MCP'],
  ])('is refused, never shortened, for %s', (_title, fields, param, message) => {
    const refusal = catchRefusal(() => translate({ ...base, ...fields }))
    expect([refusal.status, refusal.param]).toEqual([400, param])
    expect(refusal.message).toContain(message)
  })
})

describe('an answer', () => {
  it('has the shape that vLLM and llama.cpp give it', () => {
    const { question, answer } = recordings.messages
    const text = answer.content[0]?.text
    const told = whole(question, completion({ content: text }, { finish_reason: 'length' }))
    expect(told).toMatchObject({ ...answer, id: expect.stringMatching(/^msg_/) as string })
    const other = recordings.llamacppMessages.answer
    expect(Object.keys(told).toSorted()).toEqual(Object.keys(other).toSorted())
  })

  it('tells thoughts, text and calls as blocks, and cached tokens apart', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }
    const answer = {
      ...completion({ content: 'I look.', reasoning: 'Hm.', tool_calls: [call] }, { finish_reason: 'tool_calls' }),
      usage: { prompt_tokens: 17, completion_tokens: 8, prompt_tokens_details: { cached_tokens: 16 } },
    }
    expect(whole(base, answer)).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 8, cache_read_input_tokens: 16 },
    })
    const silent = whole({ ...base, thinking: { type: 'disabled' } }, answer)
    expect((silent['content'] as { type: string }[]).map(({ type }) => type)).toEqual(['text', 'tool_use'])
  })

  it.each([
    ['stop', null, 'end_turn', null],
    ['stop', 'END', 'stop_sequence', 'END'],
    ['stop', 128_001, 'end_turn', null],
    ['length', null, 'max_tokens', null],
    ['tool_calls', null, 'tool_use', null],
    ['content_filter', null, 'refusal', null],
  ])('that ended by %s (%s) says %s', (finish_reason, stop_reason, reason, sequence) => {
    const told = whole(base, completion({ content: 'a' }, { finish_reason, stop_reason }))
    expect([told['stop_reason'], told['stop_sequence']]).toEqual([reason, sequence])
  })

  it('that is refused by the engine keeps its status and words, in Anthropic’s shape', () => {
    const body = Buffer.from(
      '{"error":{"message":"The model `nope` does not exist.","type":"NotFoundError","code":404}}',
    )
    const told = JSON.parse(translate(base).answer().error?.(404, body) ?? '') as object
    expect(Object.keys(told)).toEqual(Object.keys(recordings.unknownModel.answer))
    expect(told).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: 'The model `nope` does not exist.' },
    })
  })
})

describe('a stream', () => {
  it('is the stream that vLLM sends, event by event', () => {
    const { question, events } = recordings.messagesStream
    const usage = { prompt_tokens: 17, completion_tokens: 0 }
    const texts = events.flatMap(({ delta }) => (delta !== undefined && 'text' in delta ? [delta.text] : []))
    const answer = translate(question).answer()
    let told = answer.event?.(dataOf(chunk({ role: 'assistant', content: '' }, {}, usage))) ?? ''
    for (const [index, content] of texts.entries()) {
      const isLast = index === texts.length - 1
      told += answer.event?.(dataOf(chunk({ content }, isLast ? { finish_reason: 'length' } : {}))) ?? ''
    }
    const [last = '', done = ''] = ending({ prompt_tokens: 17, completion_tokens: 5 }).split('\n\n')
    told += (answer.event?.(dataOf(last)) ?? '') + (answer.event?.(dataOf(done)) ?? '') + (answer.endOfEvents?.() ?? '')
    const read = readEvents(withoutIdentifiers(told))
    expect(read.map(({ event }) => event)).toEqual(events.map(({ type }) => type))
    for (const [index, event] of events.entries()) {
      const expected = 'message' in event ? { ...event, message: { ...event.message, id: 'msg_0' } } : event
      expect(read[index]?.data).toMatchObject(expected)
    }
  })

  it('of calls gives their arguments piece by piece', () => {
    const answer = translate(base).answer()
    const chunks = [
      { reasoning_content: 'Hm.' },
      callDelta(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
      callDelta(0, { function: { arguments: '{"city":' } }),
      callDelta(0, { function: { arguments: '"Oslo"}' } }),
      callDelta(1, { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } }),
    ]
    let told = chunks.map((delta) => answer.event?.(dataOf(chunk(delta))) ?? '').join('')
    told += answer.event?.(dataOf(chunk({}, { finish_reason: 'tool_calls' }))) ?? ''
    told += answer.endOfEvents?.() ?? ''
    const read = readEvents(told).map(({ data }) => data)
    expect(read.map(({ type, index }) => [type, index])).toEqual([
      ['message_start', undefined],
      ['content_block_start', 0],
      ['content_block_delta', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1],
      ['content_block_start', 2],
      ['content_block_delta', 2],
      ['content_block_stop', 2],
      ['message_delta', undefined],
      ['message_stop', undefined],
    ])
    expect(read[2]).toMatchObject({ delta: { type: 'thinking_delta', thinking: 'Hm.' } })
    expect(read[5]).toMatchObject({ delta: { type: 'input_json_delta', partial_json: '{"city":' } })
    expect(read[8]).toMatchObject({ content_block: { type: 'tool_use', id: 'call_2', name: 'time', input: {} } })
    expect(read.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' } })
  })

  it('that ends without a reason is no answer', () => {
    const answer = translate(base).answer()
    answer.event?.(dataOf(chunk({ content: 'half' })))
    expect(catchRefusal(() => answer.endOfEvents?.()).code).toBe('upstream_died')
  })
})

describe('/v1/messages/count_tokens', () => {
  it('asks /tokenize with the same chat, and answers as vLLM does', () => {
    const { question, answer } = recordings.messageTokens
    const translated = messageTokensTranslation.question(Buffer.from(JSON.stringify({ ...question, system: 'S' })))
    expect(translated.path).toBe('/tokenize')
    expect(translated.request).toEqual({
      model: 'tiny',
      messages: [{ role: 'system', content: 'S' }, ...question.messages],
    })
    const told = translated
      .answer()
      .whole(Buffer.from('{"count":17,"max_model_len":2048,"tokens":[1],"token_strs":null}'))
    expect(answer).toMatchObject(JSON.parse(told) as object)
  })
})

const dataOf = (event: string) => event.replace(/^data: /, '').trimEnd()
