/** A chat that is rendered in both places. */
export interface SampleChat {
  /** In words that follow “the engine renders”. */
  readonly name: string
  /** Fields of `/v1/chat/completions` that `/tokenize` has too. */
  readonly request: object
}

const question = { role: 'user', content: 'What is the tide at noon?' }
const answer = { role: 'assistant', content: 'Low, and rising until six.' }
const tools = [
  {
    type: 'function',
    function: {
      name: 'tide_at',
      description: 'Height of the tide, "as is".',
      parameters: {
        type: 'object',
        properties: { hour: { type: 'integer' }, exact: { type: 'boolean', default: true } },
        required: ['hour'],
      },
    },
  },
]
const call = {
  role: 'assistant',
  content: '',
  tool_calls: [{ id: 'call_000000001', type: 'function', function: { name: 'tide_at', arguments: '{"hour": 12}' } }],
}
const result = { role: 'tool', tool_call_id: 'call_000000001', name: 'tide_at', content: '{"height": 1.5}' }

/** One of each kind in which templates and renderers are known to differ. */
export const sampleChats: readonly SampleChat[] = [
  { name: 'a question', request: { messages: [question] } },
  { name: 'a system prompt', request: { messages: [{ role: 'system', content: 'Be brief.' }, question] } },
  { name: 'several turns', request: { messages: [question, answer, { role: 'user', content: 'And at six?' }] } },
  {
    name: 'other scripts and spaces',
    request: { messages: [{ role: 'user', content: '  Größe? 你好 👩‍🚀 é\u00a0\ttabs\r\n\n<b>&amp;</b> \'q\' "q"  ' }] },
  },
  {
    name: 'contents in parts',
    request: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
          ],
        },
      ],
    },
  },
  { name: 'tools', request: { messages: [question], tools } },
  { name: 'a tool call and its result', request: { messages: [question, call, result], tools } },
  {
    name: 'template arguments',
    request: { messages: [question, answer, question], chat_template_kwargs: { enable_thinking: false } },
  },
  { name: 'no generation prompt', request: { messages: [question, answer], add_generation_prompt: false } },
]
