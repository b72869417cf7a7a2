import { describe, expect, it } from 'vitest'
import { catchRefusal, chunk, ending, readEvents, recordings, withoutIdentifiers } from '../testing/index.ts'
import { responsesTranslation } from './index.ts'

const base = { model: 'tiny', input: 'hello world' }
const translate = (question: object) => responsesTranslation.question(Buffer.from(JSON.stringify(question)))
const chatOf = (question: object) => translate({ ...base, ...question }).request as Record<string, unknown>
const promptOf = (question: object) => responsesTranslation.promptOf?.(Buffer.from(JSON.stringify(question)))
const dataOf = (event: string) => event.replace(/^data: /, '').trimEnd()

/** Items of an assistant's turn. */
const said = (text: string) => ({
  type: 'message',
  role: 'assistant',
  id: 'msg_1',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }
const called = { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' }

const toolCall = (id: string, name: string) => ({ id, type: 'function', function: { name, arguments: '{}' } })
const callChunk = (fields: object) => chunk({ tool_calls: [{ index: 0, ...fields }] })

/** Where an event belongs and what it adds. */
function placeOf(event: object): object {
  const fields = new Set(['content_index', 'output_index', 'delta', 'text', 'item_id'])
  return Object.fromEntries(Object.entries(event).filter(([field]) => fields.has(field)))
}

/** What the client gets for chunks of an engine. */
function stream(question: object, chunks: readonly string[]): string {
  const answer = translate(question).answer()
  const told = chunks.flatMap((text) => text.trimEnd().split('\n\n')).map((text) => answer.event?.(dataOf(text)) ?? '')
  return told.join('') + (answer.endOfEvents?.() ?? '')
}

describe('a question to /v1/responses', () => {
  it('says in a chat what it says in its own words', () => {
    const parameters = { type: 'object' }
    const question = {
      instructions: 'Be short.',
      max_output_tokens: 8,
      temperature: 0,
      top_p: 0.9,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      text: { format: { type: 'json_schema', name: 'city', schema: parameters, strict: true } },
      tools: [{ type: 'function', name: 'weather', description: 'Tells it', parameters, strict: true }],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: false,
      metadata: { a: 'b' },
      truncation: 'disabled',
      store: false,
      user: 'u1',
      top_k: 40,
      stream: true,
    }
    expect(chatOf(question)).toEqual({
      model: 'tiny',
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'hello world' },
      ],
      max_tokens: 8,
      temperature: 0,
      top_p: 0.9,
      reasoning_effort: 'low',
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema: parameters, strict: true } },
      tools: [{ type: 'function', function: { name: 'weather', description: 'Tells it', parameters, strict: true } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: false,
      user: 'u1',
      top_k: 40,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('keeps one turn of the assistant one message, whatever items it came in', () => {
    const input = [
      { role: 'developer', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: 'data:,', detail: 'low' },
        ],
      },
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] },
      {
        type: 'message',
        role: 'assistant',
        id: 'msg_1',
        status: 'completed',
        content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
      },
      { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
      { type: 'function_call', call_id: 'c2', name: 'time', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: 'rain' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'noon' }] },
    ]
    expect(chatOf({ input })['messages']).toEqual([
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'data:,', detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'Hm.',
        tool_calls: [toolCall('c1', 'weather'), toolCall('c2', 'time')],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'tool', tool_call_id: 'c2', content: 'noon' },
    ])
  })

  // Source: vLLM 0.32, `/v1/responses/render`, which makes the same tokens of both (test/engines/vllm-server.test.ts).
  it('joins the items of a turn in any order as vLLM does, and begins another message where one is said twice', () => {
    expect(chatOf({ input: [called, said('a'), reasoning, said('b')] })['messages']).toEqual([
      { role: 'assistant', content: 'a', reasoning_content: 'Hm.', tool_calls: [toolCall('c1', 'weather')] },
      { role: 'assistant', content: 'b' },
    ])
  })

  it('is the same prompt as a chat that an engine makes of it by itself, whatever else it asks for', () => {
    const question = {
      ...base,
      input: [
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
      instructions: 'Be short.',
      tools: [{ type: 'function', name: 'weather', parameters: {}, strict: true }],
      reasoning: { effort: 'low' },
      store: true,
      include: ['message.output_text.logprobs'],
      cache_salt: 'tenant',
      chat_template_kwargs: { enable_thinking: true },
    }
    expect(promptOf(question)).toEqual({
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: {}, strict: true } }],
      reasoning_effort: 'low',
      chat_template_kwargs: { enable_thinking: true },
      cache_salt: 'tenant',
    })
  })

  it.each([
    ['an earlier answer', { previous_response_id: 'resp_1' }, 'previous_response_id'],
    ['an input that is cut', { truncation: 'auto' }, 'truncation'],
    ['an answer that is continued', { input: [{ ...said('a'), status: 'incomplete' }] }, 'input'],
  ])('has no prompt that is known here with %s', (_what, fields, param) => {
    expect(catchRefusal(() => promptOf({ ...base, ...fields })).param).toBe(param)
  })

  it.each([
    ['no input', { input: undefined }, 'input', 'is not understood'],
    [
      'a call without a name',
      { input: [{ type: 'function_call', call_id: 'c' }] },
      'input.0.name',
      'is not understood',
    ],
    ['an earlier answer', { previous_response_id: 'resp_1' }, 'previous_response_id', 'whole conversation'],
    ['storing', { store: true }, 'store', 'no answers are stored'],
    ['the background', { background: true }, 'background', 'background'],
    ['a search by the server', { tools: [{ type: 'web_search' }] }, 'tools.0.type', '"web_search"'],
    ['an item of the server', { input: [{ type: 'item_reference', id: 'x' }] }, 'input.0', 'item_reference'],
    ['a file', { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }, 'input.0.content.0', 'input_file'],
    ['secret reasoning', { input: [{ type: 'reasoning', encrypted_content: 'x' }] }, 'input.0', 'cannot be read'],
    ['log probabilities', { include: ['message.output_text.logprobs'] }, 'include', 'cannot be added'],
    ['cutting the input', { truncation: 'auto' }, 'truncation', 'shortens'],
  ])('is refused, never shortened, for %s', (_title, fields, param, message) => {
    const refusal = catchRefusal(() => translate({ ...base, ...fields }))
    expect([refusal.status, refusal.param]).toEqual([400, param])
    expect(refusal.message).toContain(message)
  })
})

describe('an answer', () => {
  const usage = { prompt_tokens: 17, completion_tokens: 8, prompt_tokens_details: { cached_tokens: 16 } }
  const complete = (message: object, finish_reason: string, question: object = base) => {
    const completion = { model: 'tiny', choices: [{ index: 0, message, finish_reason }], usage }
    return JSON.parse(
      translate(question)
        .answer()
        .whole(Buffer.from(JSON.stringify(completion))),
    ) as Record<string, unknown>
  }

  it('has the shape that vLLM and llama.cpp give it', () => {
    const { question, answer } = recordings.responses
    const [item] = answer.output
    const told = complete({ content: item?.content[0]?.text }, 'length', question)
    const { object, status, incomplete_details, model, max_output_tokens, temperature } = answer
    expect(told).toMatchObject({ object, status, incomplete_details, model, max_output_tokens, temperature })
    expect(told['output']).toMatchObject([
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: item?.content[0]?.text, annotations: [] }],
      },
    ])
    expect(told['usage']).toMatchObject({
      input_tokens: 17,
      output_tokens: 8,
      total_tokens: 25,
      input_tokens_details: { cached_tokens: 16 },
    })
    expect(Object.keys(told)).toEqual(expect.arrayContaining(Object.keys(recordings.llamacppResponses.answer)))
  })

  it('tells reasoning, text and calls as items, in their order', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }
    const told = complete({ reasoning_content: 'Hm.', content: 'I look.', tool_calls: [call] }, 'tool_calls')
    expect(told).toMatchObject({
      status: 'completed',
      output: [
        { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm.' }] },
        { type: 'message', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}', status: 'completed' },
      ],
    })
  })
})

describe('a stream', () => {
  it('has the events that vLLM sends, numbered alike, with what they hold there', () => {
    const { question, events } = recordings.responsesStream
    const texts = events.flatMap((event) => ('delta' in event && event.delta !== undefined ? [event.delta] : []))
    const chunks = texts.map((content, index) =>
      chunk({ content }, index === texts.length - 1 ? { finish_reason: 'length' } : {}),
    )
    const told = stream(question, [
      chunk({ role: 'assistant', content: '' }),
      ...chunks,
      ending({ prompt_tokens: 17, completion_tokens: 5 }),
    ])
    const read = readEvents(withoutIdentifiers(told))
    // vLLM says `response.completed` of every answer; OpenAI's own name for one that was cut off is this.
    const types = events.map(({ type }) => (type === 'response.completed' ? 'response.incomplete' : type))
    expect(read.map(({ event }) => event)).toEqual(types)
    expect(read.map(({ data }) => data['sequence_number'])).toEqual(events.map((event) => event.sequence_number))
    for (const [index, event] of events.entries()) {
      const data = read[index]?.data ?? {}
      expect(Object.keys(data).toSorted()).toEqual(Object.keys(event).toSorted())
      expect(data).toMatchObject(placeOf(event))
    }
    expect(read.at(-1)?.data).toMatchObject({
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ content: [{ text: texts.join('') }] }],
        usage: { input_tokens: 17, output_tokens: 5, total_tokens: 22 },
      },
    })
  })

  it('of reasoning and calls opens and closes each item before the next', () => {
    const told = stream(base, [
      chunk({ reasoning: 'Hm.' }),
      callChunk({ id: 'c1', function: { name: 'weather', arguments: '' } }),
      callChunk({ function: { arguments: '{}' } }),
      chunk({}, { finish_reason: 'tool_calls' }),
    ])
    expect(readEvents(told).map(({ event, data }) => [event.replace('response.', ''), data['output_index']])).toEqual([
      ['created', undefined],
      ['in_progress', undefined],
      ['output_item.added', 0],
      ['content_part.added', 0],
      ['reasoning_text.delta', 0],
      ['reasoning_text.done', 0],
      ['content_part.done', 0],
      ['output_item.done', 0],
      ['output_item.added', 1],
      ['function_call_arguments.delta', 1],
      ['function_call_arguments.done', 1],
      ['output_item.done', 1],
      ['completed', undefined],
    ])
  })
})
