import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeKvMessage } from '../../engines/index.ts'
import { recordedFrames, type Recording } from '../../engines/vllm/kv-events/testing/recorded-frames.ts'
import {
  chatBytes,
  ExactKnowledge,
  ExactKnowledgeWriter,
  readChatTemplate,
  readVocabulary,
  type ImageFormat,
} from './index.ts'

const parsed = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const tokenizer = parsed('vocabulary/testing/tiny-tokenizer.json') as {
  readonly added_tokens: readonly unknown[]
  readonly model: { readonly vocab: Readonly<Record<string, number>> }
}
const vocabulary = readVocabulary(tokenizer)

/** Plays a recording of a real vLLM 0.32.0 into an index, up to a number of messages. */
function play(recording: Recording, most = Infinity) {
  if (vocabulary.kind !== 'vocabulary') throw new Error(vocabulary.reason)
  const writer = new ExactKnowledgeWriter({ nodes: 4096, lanes: 64 }, [5, 6])
  for (const frames of recordedFrames(recording).slice(0, most)) {
    const read = decodeKvMessage(frames)
    if (read.kind === 'batch') writer.apply(0, read.batch.rank ?? 0, read.batch.events, vocabulary.tokens)
  }
  const reader = new ExactKnowledge(writer.memory)
  const held = (prompt: string, context = {}): number => {
    const into = new Int32Array(1)
    reader.heldTokens(Buffer.from(prompt), into, { adapter: null, cacheSalt: null, ...context })
    return into[0] ?? 0
  }
  return { writer, held }
}

const sentence = 'the quick brown fox jumps over the lazy dog'
const prompt = Array.from({ length: 8 }, () => sentence).join(' ')

// proves C4 (recording)
describe('what a real vLLM holds', () => {
  it('is found by the text of the prompt alone: two blocks of 32 tokens, with the answer behind them one more', () => {
    expect(play('kv-events', 1).held(prompt)).toBe(64)
    const answered = `${Array.from({ length: 7 }, () => sentence).join(' ')} ${sentence} batch queue metric health deploy scale node gpu memory hello world capital of${' France'.repeat(12)}`
    expect(play('kv-events', 2).held(answered)).toBe(96)
    expect(play('kv-events', 2).held(`${prompt} and more`)).toBe(64)
  })

  it('is nobody else’s: a salt or an adapter has blocks of its own', () => {
    const { held } = play('kv-events', 4)
    expect(held(prompt, { cacheSalt: 'tenant-a' })).toBe(32)
    expect(held(prompt, { adapter: 'tuned' })).toBe(32)
    expect(held(prompt, { cacheSalt: 'tenant-b' })).toBe(0)
    expect(held(prompt, { adapter: 'tuned', cacheSalt: 'tenant-a' })).toBe(0)
  })

  it('is forgotten when the cache is cleared', () => {
    const { held, writer } = play('kv-events')
    expect(held(prompt)).toBe(32)
    expect(held(prompt, { adapter: 'tuned' })).toBe(0)
    writer.tidy(1e6)
    expect([writer.held, writer.size]).toEqual([1, 1])
  })

  it('leaves out the last token, which an engine computes anew in any case', () => {
    const { held } = play('kv-events', 1)
    const twoBlocks = `${Array.from({ length: 7 }, () => sentence).join(' ')} the`
    expect(held(twoBlocks)).toBe(32)
    expect(held(`${twoBlocks} `)).toBe(64)
  })

  it('is rendered chats too, with their special tokens', () => {
    const chat = `<|im_start|>user\n${Array.from({ length: 10 }, () => sentence).join(' ')} token`
    expect(play('kv-events-pd-prefill').held(`${chat}<|im_end|>\n`)).toBe(96)
  })

  it('goes as the engine evicts: nothing is counted that it did not tell of, and nothing twice', () => {
    const { writer } = play('kv-events-evict')
    const { counts } = writer
    expect(counts.orphans + counts.unreadable + counts.withoutTokens + counts.dropped).toBe(0)
    expect(counts.stored).toBeGreaterThan(0)
    // The recording begins after the first blocks were stored: their removals are of nothing that is known.
    expect(counts.unknownRemoved).toBeGreaterThan(0)
    expect(writer.held).toBe(counts.stored - counts.removed)
  })
})

/** The tokenizer of the model with images: five more special tokens behind the first three, all others moved. */
function tokenizerWithImages() {
  const special = ['<|vision_start|>', '<|vision_end|>', '<|image_pad|>', '<|video_pad|>', '<|vision_pad|>']
  const moved = Object.entries(tokenizer.model.vocab).map(([text, id]) => [text, id < 3 ? id : id + special.length])
  const added = special.map((content, place) => ({ id: 3 + place, content }))
  return {
    ...tokenizer,
    added_tokens: [...tokenizer.added_tokens, ...added],
    model: { ...tokenizer.model, vocab: Object.fromEntries(moved) as Record<string, number> },
  }
}

const qwen2Vl =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}{% for content in message['content'] %}{% if content['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
const format: ImageFormat = {
  placeholder: '<|image_pad|>',
  before: '',
  after: '',
  token: 5,
  piece: '<|image_pad|>',
  model: 'tiny-qwen2-vl',
}

const chat = parsed('images/testing/image-chat.json') as { readonly content: unknown }[]

/** Plays so many messages, and says how much is held of a chat. */
async function playChat(most: number) {
  const read = readVocabulary(tokenizerWithImages())
  const template = await readChatTemplate({
    tokenizerConfig: {},
    templateFile: qwen2Vl,
    modelConfig: null,
    isMistralFormat: false,
  })
  if (read.kind === 'unsupported') throw new Error(read.reason)
  if (template.kind === 'unsupported') throw new Error(template.reason)
  const writer = new ExactKnowledgeWriter({ nodes: 4096, lanes: 64 }, [5, 6])
  for (const frames of recordedFrames('kv-events-images').slice(0, most)) {
    const message = decodeKvMessage(frames)
    if (message.kind === 'batch') writer.apply(0, 0, message.batch.events, { ...read.tokens, imageToken: format.token })
  }
  const reader = new ExactKnowledge(writer.memory)
  return (messages: readonly unknown[]): number | null => {
    const rendered = template.render({ messages }, 10_000, 0, true)
    const bytes = rendered.kind === 'none' ? null : chatBytes(rendered, [], read.promptBytes, format)
    if (bytes === null) return null
    const into = new Int32Array(1)
    reader.heldTokens(bytes, into)
    return into[0] ?? 0
  }
}

// proves C4 (recording)
describe('what a real vLLM holds of chats with images', () => {
  it('is found across images of several blocks, as much as the engine says that it had cached', async () => {
    const held = await playChat(1)
    // The engine had 64 tokens of the second turn, by its own account.
    expect([held(chat.slice(0, 1)), held(chat)]).toEqual([64, 64])
    expect((await playChat(2))(chat)).toBe(160)
  })

  it('is another’s with another image in the same place, or the same one elsewhere', async () => {
    const held = await playChat(2)
    const [first, answer, second] = chat
    const [blue, red, question] = (second?.content ?? []) as unknown[]
    const asking = (content: unknown) => held([first, answer, { role: 'user', content }])
    expect(asking([blue, red, question])).toBe(160)
    expect(asking([red, blue, question])).toBe(64)
    expect(asking([blue, question, red])).toBe(96)
    expect(asking([{ type: 'text', text: 'no image' }, question])).toBe(64)
    expect(asking([blue, { type: 'image_url', image_url: { url: 'https://example.com/red.png' } }])).toBeNull()
  })
})
