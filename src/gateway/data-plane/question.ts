import type { BodyMemory } from './body-memory.ts'
import type { ByteRange } from './json/scan-top-level.ts'
import type { OwnPath } from './translation.ts'
import type { RequestBody } from './upstream/contract.ts'

/** Where the prompt stands in a question's bytes. */
export interface PromptRange extends ByteRange {
  readonly bytes: Buffer
  /** What is rendered before it, such as tools; null for nothing. */
  readonly context: ByteRange | null
}

/** A question whose prompt can be told as its engine renders it. */
export interface RenderableQuestion {
  readonly kind: 'chat' | 'completion'
  /** Bytes of its body. */
  readonly length: number
  /** Its body, where that has the fields; null where they come of it some other way. */
  readonly body: Buffer | null
  /** The path of the dialect that its engine turns into a chat by itself; empty where it is put as a chat or completion. */
  readonly dialect: OwnPath | ''
  /**
   * The fields that its prompt is made of, as those of a chat or completion; found out when they are asked for.
   * @throws where that cannot be told
   */
  fields(): object
}

/** What a client asked, as each model's engine is to read it in the client's dialect. */
export interface Question {
  readonly contentType: string | null
  /** Whether usage comes in the answer that the client did not ask for. */
  readonly hidesUsage: boolean
  /** Whether it can be sent more than once: a form that flows through cannot. */
  readonly isRepeatable: boolean
  /** The prompt, for routing by what replicas hold of it; null where there is none to see. */
  readonly prompt: PromptRange | null
  /** The same in whole, where it is one that engines render in a known way; null for all others. */
  readonly renderable: RenderableQuestion | null
  /** Path and query at an engine that knows the model by this name. */
  pathFor(engineName: string): string
  /** The body for such an engine; the very same bytes when nothing differs. */
  bodyFor(engineName: string): RequestBody | null
  /**
   * Holds the memory of a body that `bodyFor` gave, for whoever sends it and lets go once it is sent; null where nobody
   * waits for that.
   */
  lend(body: RequestBody | null): BodyMemory | null
  /** No other engine is asked: nothing but `release` is called after it. */
  settle(): void
  /** No engine reads it any more: what still arrives of it is passed on to nobody. */
  release(): void
}
