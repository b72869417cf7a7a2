/** A template that shows whatever an engine hands to one. */
export const tellingTemplate = [
  '{% if tools %}{{ tools | tojson }}{% endif %}',
  '{% for m in messages %}<|im_start|>{{ m.role }}:',
  '{% if m.reasoning_content %}({{ m.reasoning_content }}){% endif %}{{ m.content }}',
  '{% for c in m.tool_calls or [] %}[{{ c.function.name }} {{ c.function.arguments | tojson }}]{% endfor %}<|im_end|>',
  '{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant:',
  '{% if enable_thinking is defined %}{{ "thinks" if enable_thinking else "thinks not" }}{% endif %}',
  '{% if reasoning_effort is defined and reasoning_effort %} {{ reasoning_effort }}{% endif %}{% endif %}',
].join('')

const user = (content: unknown) => ({ role: 'user', content })
const assistant = (content: unknown) => ({ role: 'assistant', content })
const text = (content: string) => ({ type: 'text', text: content })
const inputText = (content: string) => ({ type: 'input_text', text: content })
const thought = (thinking: string) => ({ type: 'thinking', thinking, signature: 's' })
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tool = { name: 'weather', description: 'Tells "it".', input_schema: parameters }
const use = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo', days: [1, 2.5, null] } }
const result = (more: object) => ({ type: 'tool_result', tool_use_id: 'toolu_1', ...more })

/** Questions to `/v1/messages` that an engine turns into a chat, by what is particular about them. */
export const messagesQuestions: readonly (readonly [name: string, fields: object])[] = [
  ['a question', { messages: [user('Hello')] }],
  ['a system prompt', { system: 'Be brief.', messages: [user('Hello')] }],
  [
    'texts that belong together',
    {
      system: [text('x-anthropic-billing-header: cch=1;'), text('One.'), text('Two.')],
      messages: [user([text('a'), text('b')]), assistant([text('c'), text('d')]), user([text(''), text('e')])],
    },
  ],
  ['a system prompt between turns', { messages: [user('a'), { role: 'system', content: [text('b')] }, user('c')] }],
  ['thoughts', { messages: [user('a'), assistant([thought('Hm. '), thought('Ah.'), text('b')]), user('c')] }],
  [
    'a tool call and its result',
    {
      tools: [tool, { ...tool, name: 'tide', strict: true, input_schema: {} }],
      messages: [
        user('a'),
        assistant([text('b'), use]),
        user([result({ content: [text('c'), text('d')] }), text('e')]),
      ],
    },
  ],
  [
    'a tool call alone, which failed',
    { tools: [tool], messages: [user('a'), assistant([use]), user([result({ content: 'no city', is_error: true })])] },
  ],
  ['tools that may not be called', { tools: [tool], tool_choice: { type: 'none' }, messages: [user('a')] }],
  ['no thinking', { thinking: { type: 'disabled' }, messages: [user('a')] }],
  ['an effort', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' }, messages: [user('a')] }],
  ['template arguments', { chat_template_kwargs: { enable_thinking: false }, messages: [user('a')] }],
].map(([name, fields]) => [name as string, { max_tokens: 8, ...(fields as object) }])

const said = { type: 'message', role: 'assistant', id: 'msg_1', status: 'completed' }
const answer = { ...said, content: [{ type: 'output_text', text: 'b', annotations: [] }] }
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }
const call = { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '{"city": "Oslo"}' }
const output = { type: 'function_call_output', call_id: 'c1' }
const weather = { type: 'function', name: 'weather', parameters }

/** The same of `/v1/responses`. */
export const responsesQuestions: readonly (readonly [name: string, fields: object])[] = [
  ['a text', { input: 'Hello' }],
  ['instructions', { instructions: 'Be brief.', input: [user('Hello')] }],
  ['texts that belong together', { input: [user([inputText('a'), inputText('b')])] }],
  ['a developer', { instructions: 'Be brief.', input: [{ role: 'developer', content: 'Be kind.' }, user('a')] }],
  ['turns', { input: [user('a'), answer, user('c'), assistant('d'), user('e')] }],
  [
    'a tool call and its result',
    {
      tools: [{ ...weather, strict: true }],
      input: [user('a'), reasoning, answer, call, { ...output, output: 'rain' }],
    },
  ],
  [
    'items of a turn in another order',
    { tools: [weather], input: [user('a'), call, answer, reasoning, { ...output, output: [inputText('rain')] }] },
  ],
  ['tools that may not be called', { tools: [weather], tool_choice: 'none', input: 'a' }],
  ['an effort', { reasoning: { effort: 'low' }, input: 'a' }],
  ['no thinking', { reasoning: { effort: 'none' }, input: 'a' }],
  ['what says nothing of the prompt', { store: true, include: ['reasoning.encrypted_content'], input: 'a' }],
]
