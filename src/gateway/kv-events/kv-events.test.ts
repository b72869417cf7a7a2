import { readFileSync } from 'node:fs'
import { pack } from 'msgpackr'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { KvEvent } from '../../engines/index.ts'
import { recordedFrames } from '../../engines/vllm/kv-events/testing/recorded-frames.ts'
import { storedEvent } from '../../engines/vllm/kv-events/testing/stored-event.ts'
import { UserError } from '../../errors/index.ts'
import {
  Agreement,
  ExactKnowledge,
  ExactKnowledgeWriter,
  readChatTemplate,
  readVocabulary,
} from '../../scheduling/index.ts'
import { knowledgeSink, publisherOfRank, subscribeKvEvents, type KvEventSink, type KvSubscription } from './index.ts'
import { loadZeromq } from './load-zeromq.ts'
import { EnginePublisher } from './testing/engine-publisher.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Says what it was told, in one line a thing. */
class Told implements KvEventSink {
  readonly lines: string[] = []
  readonly warnings: string[] = []

  apply(rank: number, events: readonly KvEvent[]): void {
    for (const event of events) {
      this.lines.push(
        event.kind === 'cleared' ? `${rank} cleared` : `${rank} ${event.kind} ${event.blockHashes.join()}`,
      )
    }
  }

  lost(rank: number, loss: string): void {
    this.lines.push(`${rank} lost: ${loss}`)
  }

  warn(sentence: string): void {
    this.warnings.push(sentence)
  }
}

let clock = 0
const removed = (block: number): Buffer => {
  clock += 1
  return pack([clock, [{ type: 'BlockRemoved', block_hashes: [block], medium: 'GPU' }], 0])
}

async function start(options: { most?: number; hasReplay?: boolean; before?: readonly number[] } = {}) {
  const publisher = await EnginePublisher.start(options.most === undefined ? {} : { most: options.most })
  closing.push(() => publisher.close())
  for (const block of options.before ?? []) await publisher.publish(removed(block))
  const told = new Told()
  const { endpoint } = publisher
  const replayEndpoint = options.hasReplay === false ? null : publisher.replayEndpoint
  const subscription: KvSubscription = await subscribeKvEvents({ endpoint, replayEndpoint, rank: 0 }, told)
  closing.push(() => subscription.close())
  await publisher.subscribed()
  return { publisher, told, subscription }
}

const patience = { timeout: 15_000, interval: 10 }

describe('a subscription', () => {
  it('tells what a real vLLM published, event by event', async () => {
    const { publisher, told, subscription } = await start()
    for (const [, , payload = Buffer.alloc(0)] of recordedFrames('kv-events')) await publisher.publish(payload)
    await vi.waitFor(() => expect(subscription.counts.batches).toBe(5), { timeout: 15_000, interval: 10 })
    expect(told.lines).toEqual([
      '0 stored 15261010992318657824,15691903726220407539',
      '0 stored 4534965486495669033',
      '0 stored 4414930378378486853',
      '0 stored 14673132166623510340',
      '0 cleared',
      '0 stored 15261010992318657824',
    ])
    expect(told.warnings).toEqual([])
  })

  it('begins with what was before it came', async () => {
    const { publisher, told } = await start({ before: [1, 2, 3] })
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 removed 2', '0 removed 3'])
    await publisher.publish(removed(4))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 removed 2', '0 removed 3', '0 removed 4'])
  })

  it('has what it missed replayed, each once and in order', async () => {
    const { publisher, told, subscription } = await start()
    await publisher.publish(removed(1))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1'])
    await publisher.publish(removed(2), { isLost: true })
    await publisher.publish(removed(3), { isLost: true })
    await publisher.publish(removed(4))
    await publisher.publish(removed(5))
    await expect
      .poll(() => told.lines, patience)
      .toEqual(['0 removed 1', '0 removed 2', '0 removed 3', '0 removed 4', '0 removed 5'])
    expect(subscription.counts.losses).toBe(0)
  })

  it('asks again for what was dropped of a replay', async () => {
    const { publisher, told, subscription } = await start()
    await publisher.publish(removed(1))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1'])
    for (const block of [2, 3, 4, 5]) await publisher.publish(removed(block), { isLost: true })
    publisher.droppedReplies.add(2).add(4)
    await publisher.publish(removed(6))
    const all = [1, 2, 3, 4, 5, 6].map((block) => `0 removed ${block}`)
    await expect.poll(() => told.lines, patience).toEqual(all)
    expect(subscription.counts.losses).toBe(0)
  })

  it('says that all is lost when the engine does not have it any more', async () => {
    const { publisher, told } = await start({ most: 2 })
    await publisher.publish(removed(1))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1'])
    for (const block of [2, 3, 4]) await publisher.publish(removed(block), { isLost: true })
    await publisher.publish(removed(5))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 lost: gap', '0 removed 4', '0 removed 5'])
  })

  it('says that all is lost at a gap of an engine that replays nothing', async () => {
    const { publisher, told } = await start({ hasReplay: false })
    await publisher.publish(removed(1))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1'])
    await publisher.publish(removed(2), { isLost: true })
    await publisher.publish(removed(3))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 lost: gap', '0 removed 3'])
  })

  it('notices an engine that began anew by numbers that go back', async () => {
    const { publisher, told } = await start()
    await publisher.publish(removed(1))
    await publisher.publish(removed(2))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 removed 2'])
    publisher.restart()
    await publisher.publish(removed(7))
    await expect
      .poll(() => told.lines, patience)
      .toEqual(['0 removed 1', '0 removed 2', '0 lost: restarted', '0 removed 7'])
  })

  it('notices an engine that began anew even if its numbers went on beyond those that were read', async () => {
    const { publisher, told } = await start()
    await publisher.publish(removed(1))
    await publisher.publish(removed(2))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 removed 2'])
    publisher.restart()
    for (const block of [7, 8, 9]) await publisher.publish(removed(block), { isLost: true })
    await publisher.publish(removed(10))
    const anew = ['0 lost: restarted', '0 removed 7', '0 removed 8', '0 removed 9', '0 removed 10']
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 removed 2', ...anew])
  })

  it('connects again by itself, and forgets an engine that came back empty before it says a word', async () => {
    const { publisher, told } = await start()
    await publisher.publish(removed(1))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1'])
    const { endpoint, replayEndpoint } = publisher
    publisher.close()
    const successor = await vi.waitFor(() => EnginePublisher.start({ endpoint, replayEndpoint }), { timeout: 15_000 })
    closing.push(() => successor.close())
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 lost: restarted'])
    await successor.publish(removed(9))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 lost: restarted', '0 removed 9'])
  })

  it('goes on behind a malformed message, with all before it lost, and says so', async () => {
    const { publisher, told } = await start()
    await publisher.publish(removed(1))
    await publisher.publish(Buffer.from('this is no msgpack at all'))
    await publisher.publish(removed(3))
    await expect.poll(() => told.lines, patience).toEqual(['0 removed 1', '0 lost: malformed', '0 removed 3'])
    expect(told.warnings.join()).toContain('malformed')
  })

  it('tells once of events that it does not understand, however many batches have them', async () => {
    const { publisher, told, subscription } = await start()
    for (let batch = 0; batch < 3; batch += 1) {
      await publisher.publish(pack([batch, [{ type: 'Later' }, { type: 'AllBlocksCleared' }], 0]))
    }
    await expect.poll(() => told.lines, patience).toEqual(['0 cleared', '0 cleared', '0 cleared'])
    expect(told.warnings).toEqual([expect.stringContaining('type Later')])
    expect(subscription.counts.problems).toBe(3)
  })

  it('tells nothing once it is closed', async () => {
    const { publisher, told, subscription } = await start()
    await subscription.close()
    await publisher.publish(removed(1))
    expect(told.lines).toEqual([])
  })
})

const tokenizer = new URL('../../scheduling/exact/vocabulary/testing/tiny-tokenizer.json', import.meta.url)
const tiny = (() => {
  const vocabulary = readVocabulary(JSON.parse(readFileSync(tokenizer, 'utf8')))
  if (vocabulary.kind === 'unsupported') throw new Error(vocabulary.reason)
  return vocabulary
})()

const stored = (name: bigint, tokenIds: readonly number[]) => storedEvent(tokenIds, [name], 2)

// proves C4 (recording)
describe('what replicas are known to hold', () => {
  it('is known of a chat request by its JSON: rendered, as bytes, without tokenising it', async () => {
    const publisher = await EnginePublisher.start()
    closing.push(() => publisher.close())
    const { endpoint, replayEndpoint } = publisher
    const writer = new ExactKnowledgeWriter({ nodes: 1024, lanes: 32 }, [7, 8])
    const sink = knowledgeSink(writer, 0, tiny.tokens, () => {})
    const subscription = await subscribeKvEvents({ endpoint, replayEndpoint, rank: 0 }, sink)
    closing.push(() => subscription.close())
    for (const [, , payload = Buffer.alloc(0)] of recordedFrames('kv-events-pd-prefill'))
      await publisher.publish(payload)
    const template = await readChatTemplate({
      tokenizerConfig: null,
      templateFile:
        "{% for m in messages %}{{'<|im_start|>'+m['role']+'\\n'+m['content']+'<|im_end|>\\n'}}{% endfor %}",
      modelConfig: null,
      isMistralFormat: false,
    })
    if (template.kind === 'unsupported') throw new Error(template.reason)
    const content = `${'the quick brown fox jumps over the lazy dog '.repeat(10)}token`
    const chat = template.render({ messages: [{ role: 'user', content }] }, 500, 0)
    const prompt = tiny.promptBytes(chat.kind === 'prompt' ? chat.text : '', false)
    const held = new Int32Array(1)
    const knowledge = new ExactKnowledge(writer.memory)
    const heldTokens = (): number | undefined => {
      knowledge.heldTokens(prompt, held)
      return held[0]
    }
    await expect.poll(heldTokens, patience).toBe(96)
    const agreement = new Agreement()
    // The engine of the recording cached three blocks of this prompt.
    agreement.compare(heldTokens() ?? 0, 96, 32)
    expect(agreement.state).toEqual({ isTrusted: true, compared: 1, wrongShare: 0 })
  })

  it('is not known of blocks without tokens, or with ones that the tokenizer does not have, which is told once', () => {
    const told: string[] = []
    const writer = new ExactKnowledgeWriter({ nodes: 1024, lanes: 32 }, [7, 8])
    const sink = knowledgeSink(writer, 0, tiny.tokens, (sentence) => told.push(sentence))
    sink.apply(0, [stored(1n, [1, 2])])
    expect(told).toEqual([])
    for (const name of [2n, 3n]) sink.apply(0, [stored(name, [])])
    for (const name of [4n, 5n]) sink.apply(0, [stored(name, [1, 9_999_999])])
    expect(told).toEqual([expect.stringContaining('no token ids'), expect.stringContaining('chat.tokenizer')])
    expect(writer.counts).toMatchObject({ stored: 1, withoutTokens: 2, unreadable: 2 })
  })

  it('is known from their events alone, and forgotten when they begin anew', async () => {
    const writer = new ExactKnowledgeWriter({ nodes: 1024, lanes: 32 }, [7, 8])
    const knowledge = new ExactKnowledge(writer.memory)
    const publishers = [await EnginePublisher.start(), await EnginePublisher.start()]
    const [first, second] = publishers
    for (const [replica, publisher] of publishers.entries()) {
      closing.push(() => publisher.close())
      const { endpoint, replayEndpoint } = publisher
      const sink = knowledgeSink(writer, replica, tiny.tokens, () => {})
      const subscription = await subscribeKvEvents({ endpoint, replayEndpoint, rank: 0 }, sink)
      closing.push(() => subscription.close())
    }
    const prompt = Buffer.from('the quick brown fox jumps over the lazy dog '.repeat(8))
    const held = (): number[] => {
      const into = new Int32Array(2)
      knowledge.heldTokens(prompt, into)
      return [...into]
    }
    const [stored, , , , cleared] = recordedFrames('kv-events').map(([, , payload]) => payload ?? Buffer.alloc(0))
    await first?.publish(stored ?? Buffer.alloc(0))
    await second?.publish(cleared ?? Buffer.alloc(0))
    await expect.poll(held, patience).toEqual([64, 32])
    first?.restart()
    await first?.publish(cleared ?? Buffer.alloc(0))
    await expect.poll(held, patience).toEqual([32, 32])
  })
})

describe('the package zeromq', () => {
  it('is asked for by the command that installs it, when it is not there', async () => {
    const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    const error: unknown = await loadZeromq(() => Promise.reject(absent)).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ parts: { command: 'npm install zeromq@6.8.0' } })
  })
})

describe('data-parallel ranks', () => {
  it('publish on ports that follow one another', () => {
    const first = { endpoint: 'tcp://10.0.0.1:5557', replayEndpoint: 'tcp://[::1]:5558', rank: 0 }
    expect(publisherOfRank(first, 3)).toEqual({
      endpoint: 'tcp://10.0.0.1:5560',
      replayEndpoint: 'tcp://[::1]:5561',
      rank: 3,
    })
  })
})
