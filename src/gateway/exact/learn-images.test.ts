import { describe, expect, it } from 'vitest'
import { layTokenBytes, readChatTemplate, type PromptBytes } from '../../scheduling/index.ts'
import { learnImages } from './learn-images.ts'

/** Each byte is a token; behind them come an image's: a piece, what begins it, what ends a row and it. */
const special = ['<piece>', '<begin>', '<row>', '<end>']
const tokens = layTokenBytes(
  new Map([
    ...Array.from({ length: 256 }, (_, byte): [number, Buffer] => [byte, Buffer.of(byte)]),
    ...special.map((text, place): [number, Buffer] => [256 + place, Buffer.from(text)]),
  ]),
)
const [piece, begin, row, end] = [256, 257, 258, 259]
const promptBytes: PromptBytes = (prompt) => Buffer.from(prompt)

/** Contents as text; the engine puts an image's text before the rest. */
const ofText = '{% for m in messages %}[{{ m.role }}]{{ m.content }};{% endfor %}'
/** Contents as parts; the template writes something for an image, and white space around it. */
const ofParts =
  '{% for m in messages %}[{{ m.role }}]{% for part in m.content %}{% if part.type == "image" %} <picture> {% else %}{{ part.text }}{% endif %}{% endfor %};{% endfor %}'

interface Message {
  readonly role: string
  readonly content: string | readonly { readonly type: string; readonly text?: string }[]
}

/** An engine's own way to the same prompt: text with a hole for each image, then tokens. */
function engine(way: 'text' | 'parts', expansion: readonly number[]) {
  const hole = '\u0001'
  const contentOf = (content: Message['content']): string => {
    if (typeof content === 'string') return content
    if (way === 'parts') return content.map(({ text }) => text ?? ` ${hole} `).join('')
    const images = content.filter(({ text }) => text === undefined).map(() => hole)
    return [...images, ...content.flatMap(({ text }) => text ?? [])].join('\n')
  }
  return (body: object): number[] => {
    const { messages } = body as { readonly messages: readonly Message[] }
    const text = messages.map(({ role, content }) => `[${role}]${contentOf(content)};`).join('')
    return [...Buffer.from(text)].flatMap((byte) => (byte === 1 ? expansion : [byte]))
  }
}

/** An engine that writes another text before each further image, which one example does not show. */
function numbering() {
  return (body: object): number[] => {
    let number = 0
    const rendered: number[] = []
    for (const token of engine('text', [1])(body)) {
      if (token === 1) rendered.push(48 + (number += 1), ...many)
      else rendered.push(token)
    }
    return rendered
  }
}

const isSingle = (body: object) => JSON.stringify(body).split('data:image/').length === 2
const rowOf = (pieces: number) => Array.from({ length: pieces + 1 }, (_, at) => (at < pieces ? piece : row))
const many = Array.from({ length: 40 }, () => piece)

async function learn(templateFile: string, ask: (body: object) => readonly number[] | null) {
  const template = await readChatTemplate({
    tokenizerConfig: {},
    templateFile,
    modelConfig: null,
    isMistralFormat: false,
  })
  if (template.kind === 'unsupported') throw new Error(template.reason)
  const prompting = { template, promptBytes, images: null }
  return learnImages({ prompting, tokens, ask: async (body) => ask(body), model: 'owner/model', nowMs: () => 0 })
}

describe('what an engine makes of an image', () => {
  it.each<[string, string, ReturnType<typeof engine>, object]>([
    ['pieces alone', ofText, engine('text', many), { before: '', after: '' }],
    ['its own text around them', ofText, engine('text', [begin, ...many, end]), { before: '<begin>', after: '<end>' }],
    [
      'rows, of which only the outer text counts',
      ofText,
      engine('text', [begin, ...rowOf(30), ...rowOf(30), ...many, end]),
      { before: '<begin>', after: '<end>' },
    ],
    [
      'something in place of what the template writes',
      ofParts,
      engine('parts', [begin, ...many, end]),
      { placeholder: '<picture>', before: '<begin>', after: '<end>' },
    ],
  ])('is learnt: %s', async (_what, template, ask, learnt) => {
    expect(await learn(template, ask)).toMatchObject({
      token: piece,
      piece: '<piece>',
      model: 'owner/model',
      ...learnt,
    })
  })

  it('is learnt of an engine that takes one image at the most', async () => {
    const ask = engine('text', many)
    expect(await learn(ofText, (body) => (isSingle(body) ? ask(body) : null))).not.toBeNull()
  })

  it.each<[string, (body: object) => readonly number[] | null]>([
    ['it takes none', () => null],
    ['it does not answer', () => expect.fail('no answer')],
    ['it makes too few pieces of one', engine('text', [piece, piece])],
    ['it puts them elsewhere', engine('parts', many)],
    ['its text is another', (body) => [65, ...engine('text', many)(body)]],
    ['it numbers them', numbering()],
  ])('is not known where %s', async (_what, ask) => {
    expect(await learn(ofText, ask)).toBeNull()
  })
})
