import { Agreement, agreementWords } from '../../scheduling/index.ts'
import { ownPaths, type OwnPath } from './translation.ts'

/** What may be wrong about some prompts alone: a dialect (empty for chats and completions), and the names of images. */
export interface PromptKind {
  readonly dialect: OwnPath | ''
  readonly hasImages: boolean
}

/** Of the requests that come while a kind is not trusted, one in this many is looked up, to see whether it may be again. */
const sampledWhileUntrusted = 8
const dialects: readonly PromptKind['dialect'][] = ['', ...ownPaths]
const samplesAt = 2 * dialects.length * agreementWords
const words = samplesAt + 1

/** Memory for a model's trust, for all threads. */
export const createTrustMemory = (): SharedArrayBuffer => new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT)

/**
 * Whether prompts of a model are found where its engines' events say, by kind: what engines make of another dialect, or of
 * images, says nothing of chats. One for all threads that have its memory.
 */
export class EventTrust {
  readonly #words: Int32Array
  readonly #agreements: readonly Agreement[]

  constructor(memory: SharedArrayBuffer = createTrustMemory()) {
    this.#words = new Int32Array(memory)
    this.#agreements = Array.from({ length: 2 * dialects.length }, (_, kind) => {
      return new Agreement(this.#words, kind * agreementWords)
    })
  }

  on({ dialect, hasImages }: PromptKind): Agreement {
    const agreement = this.#agreements[2 * dialects.indexOf(dialect) + Number(hasImages)]
    if (agreement === undefined) throw new Error(`no dialect has the path ${dialect}`)
    return agreement
  }

  /** Whether the next prompt of an untrusted kind is one of those that are looked up to see whether that would be right. */
  isSampled(): boolean {
    return (Atomics.add(this.#words, samplesAt, 1) + 1) % sampledWhileUntrusted === 0
  }
}
