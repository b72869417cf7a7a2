/**
 * What one long chat costs on the exact path, step by step (row Q3): `node bench/exact-prompt.ts [TOKENS [MESSAGES]]`.
 */
import {
  ExactKnowledge,
  ExactKnowledgeWriter,
  readChatTemplate,
  readVocabulary,
} from '../src/scheduling/exact/index.ts'
import { storedEvent } from '../src/engines/vllm/kv-events/testing/stored-event.ts'

const tokens = Number(process.argv[2] ?? 100_000)
const messages = Number(process.argv[3] ?? 40)
const blockSize = 16
const replicas = 16

/** ChatML with a default system prompt and trimmed contents, as SmolLM2 and Qwen have it. */
const chatMl = `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] | trim + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

/** A vocabulary in which a word of three letters with its space is a token, so that tokens are easily counted. */
const letters = 'abcdefghijklmnopqrstuvwxyz'
const words = Array.from({ length: 10_000 }, (_, index) => {
  const [a, b, c] = [index % 26, Math.floor(index / 26) % 26, Math.floor(index / 676) % 26]
  return `Ġ${letters[a]}${letters[b]}${letters[c]}`
})
const bytes = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
const names = [...bytes, 'Ġ', 'Ċ', ...words]
const idOf = new Map(names.map((name, id) => [name, id]))
const vocabulary = readVocabulary({
  model: { type: 'BPE', vocab: Object.fromEntries(idOf), merges: [] },
  decoder: { type: 'ByteLevel' },
})
const template = await readChatTemplate({
  tokenizerConfig: { chat_template: chatMl },
  templateFile: null,
  modelConfig: null,
  isMistralFormat: false,
})
if (vocabulary.kind !== 'vocabulary' || template.kind !== 'template') throw new Error('not readable')

/** Greedy: as many tokens as the prompt would have. */
function tokenise(text: string): number[] {
  const ids: number[] = []
  for (let at = 0; at < text.length;) {
    const word = idOf.get(text.slice(at, at + 4).replaceAll(' ', 'Ġ'))
    const character = text[at] === ' ' ? 'Ġ' : text[at] === '\n' ? 'Ċ' : (text[at] ?? '')
    ids.push(word ?? idOf.get(character) ?? 0)
    at += word === undefined ? 1 : 4
  }
  return ids
}

const content = (turn: number): string =>
  Array.from({ length: Math.floor(tokens / messages) }, (_, at) => words[(turn * 7919 + at * 31) % words.length])
    .join('')
    .replaceAll('Ġ', ' ')
const body = Buffer.from(
  JSON.stringify({
    model: 'm',
    messages: Array.from({ length: messages }, (_, turn) => ({
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: content(turn),
    })),
  }),
)

const render = (request: unknown): string => {
  const rendered = template.render(request, body.length, 0)
  if (rendered.kind === 'none') throw new Error(rendered.reason)
  return rendered.text
}
const promptTokens = tokenise(render(JSON.parse(body.toString())))
const writer = new ExactKnowledgeWriter({ nodes: 1_000_000, lanes: 64 }, [1, 2])
const blocks = Math.floor(promptTokens.length / blockSize)
for (let replica = 0; replica < replicas; replica += 1) {
  // Each replica holds some of the conversation.
  const held = Math.floor((blocks * (replica + 1)) / replicas)
  const event = storedEvent(
    promptTokens.slice(0, held * blockSize),
    Array.from({ length: held }, (_, block) => BigInt(block + 1) * 0x9e3779b97f4a7c15n),
    blockSize,
  )
  writer.apply(replica, 0, [event], vocabulary.tokens)
}
const knowledge = new ExactKnowledge(writer.memory)
const held = new Int32Array(replicas)

const spent = { parse: [] as number[], render: [] as number[], encode: [] as number[], walk: [] as number[] }
function timed<Result>(step: number[], act: () => Result): Result {
  const start = performance.now()
  const result = act()
  step.push(performance.now() - start)
  return result
}
for (let round = 0; round < 200; round += 1) {
  const request: unknown = timed(spent.parse, () => JSON.parse(body.toString()))
  const text = timed(spent.render, () => render(request))
  const prompt = timed(spent.encode, () => vocabulary.promptBytes(text, false))
  timed(spent.walk, () => knowledge.heldTokens(prompt, held))
}
const median = (values: number[]): number =>
  values.slice(50).toSorted((a, b) => a - b)[Math.floor((values.length - 50) / 2)] ?? 0
process.stdout.write(
  `${promptTokens.length} tokens, ${body.length} bytes, ${messages} messages, ${replicas} replicas; held at most ${Math.max(...held)}\n`,
)
for (const [step, values] of Object.entries(spent))
  process.stdout.write(`  ${step.padEnd(8)}${median(values).toFixed(3).padStart(8)} ms\n`)
const all = Object.values(spent).reduce((sum, values) => sum + median(values), 0)
process.stdout.write(`  ${'all'.padEnd(8)}${all.toFixed(3).padStart(8)} ms (medians of ${spent.walk.length - 50})\n`)
