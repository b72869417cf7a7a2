import { constant, integer, nat, oneof, record, type Arbitrary } from 'fast-check'
import type { KvEvent } from '../../../engines/index.ts'

/** Tokens whose bytes can be cut in several ways, some of them parts of a character. */
export const smallVocabulary = ['a', 'b', 'ab', 'ba', 'aab', '\u00c3', '\u00a9', 'b\u00c3']

/** The token of a piece of an image. */
export const imageToken = smallVocabulary.length
const imageNames = ['cat', 'dog']
/** What a prompt has for an image. */
export const imageMarks = imageNames.map((name) => `\u00ff${name}\u00ff`)

/** An image that goes on behind a block: its name, where it began from the next block's first token, pieces to come. */
interface OpenImage {
  readonly name: string
  readonly start: number
  readonly left: number
}

interface StoredBlock {
  readonly hash: bigint
  readonly path: string
  readonly open: OpenImage | null
}

/** Something that happens to a fleet's caches. */
export type Happening =
  | StoreOrRemove
  | { readonly kind: 'clear'; readonly at: Place }
  | { readonly kind: 'gap'; readonly at: Place }
  | { readonly kind: 'forget'; readonly at: Place }
  | { readonly kind: 'tidy'; readonly slots: number }

type StoreOrRemove =
  | {
      readonly kind: 'store'
      readonly at: Place
      readonly choice: number
      readonly tokens: number
      readonly blocks: number
    }
  | { readonly kind: 'remove'; readonly at: Place; readonly choice: number }

export interface Place {
  readonly replica: number
  readonly rank: number
  readonly group: number
}

const place = record({ replica: nat(2), rank: nat(1), group: oneof({ weight: 5, arbitrary: constant(0) }, nat(1)) })

export const happening: Arbitrary<Happening> = oneof(
  {
    weight: 12,
    arbitrary: record({
      kind: constant('store' as const),
      at: place,
      choice: nat(1000),
      tokens: nat(),
      blocks: integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 6, arbitrary: record({ kind: constant('remove' as const), at: place, choice: nat(1000) }) },
  { weight: 1, arbitrary: record({ kind: constant('clear' as const), at: place }) },
  { weight: 1, arbitrary: record({ kind: constant('gap' as const), at: place }) },
  { weight: 1, arbitrary: record({ kind: constant('forget' as const), at: place }) },
  { weight: 2, arbitrary: record({ kind: constant('tidy' as const), slots: nat(64) }) },
)

/** Engines that store and remove blocks with hashes as vLLM's: of the tokens and of everything before. */
export class RandomEngines {
  readonly #names = new Map<string, bigint>()
  /** Stored once: the token path of each hash, per engine and group; removed ones stay, to be named wrongly. */
  readonly #stored = new Map<string, StoredBlock[]>()

  /** The event of a happening. */
  event(happening: StoreOrRemove): KvEvent {
    const { replica, rank, group } = happening.at
    const key = `${replica}/${rank}/${group}`
    const known = this.#stored.get(key) ?? []
    this.#stored.set(key, known)
    const chosen = happening.choice % 3 === 0 ? undefined : known[happening.choice % (known.length + 1)]
    if (happening.kind === 'remove') {
      return { kind: 'removed', blockHashes: [chosen?.hash ?? 99n], medium: 'GPU', group }
    }
    // Replicas 0 and 1 cut alike; replica 2 has larger blocks.
    const blockSize = replica === 2 ? 3 : 2
    const keys = ['', 'lora', 'salt'][happening.tokens % 7] ?? ''
    const tokenIds: number[] = []
    const blockHashes: bigint[] = []
    const extraKeys: (unknown[] | null)[] = []
    let path = chosen?.path ?? ''
    let open = chosen?.open ?? null
    let digits = happening.tokens
    const next = (below: number): number => {
      const digit = digits % below
      digits = Math.floor(digits / below)
      return digit
    }
    for (let block = 0; block < happening.blocks; block += 1) {
      const tokens: number[] = []
      const images: [string, number][] = open === null ? [] : [[open.name, open.start]]
      for (let token = 0; token < blockSize; token += 1) {
        const digit = open === null ? Math.min(next(smallVocabulary.length + 4), imageToken) : imageToken
        if (open === null && digit === imageToken) {
          open = { name: imageNames[next(2)] ?? '', start: token, left: 1 + next(5) }
          images.push([open.name, token])
        }
        tokens.push(digit)
        if (open !== null) open = open.left === 1 ? null : { ...open, left: open.left - 1 }
      }
      if (open !== null) open = { ...open, start: open.start - blockSize }
      const extra = [
        ...(keys === 'lora' ? ['tuned'] : []),
        ...images,
        ...(keys === 'salt' && path === '' ? ['tenant'] : []),
      ]
      path = `${path}/${tokens.join(',')}${JSON.stringify(extra)}`
      const hash = this.#nameOf(path)
      tokenIds.push(...tokens)
      blockHashes.push(hash)
      extraKeys.push(extra.length === 0 ? null : extra)
      known.push({ hash, path, open })
    }
    return {
      kind: 'stored',
      blockHashes,
      parentBlockHash: chosen?.hash ?? null,
      tokenIds,
      blockSize,
      loraId: null,
      loraName: null,
      medium: 'GPU',
      extraKeys,
      group,
      specKind: null,
    }
  }

  #nameOf(path: string): bigint {
    const name = this.#names.get(path) ?? BigInt(this.#names.size + 1) * 0x9e3779b97f4a7c15n
    this.#names.set(path, BigInt.asUintN(64, name))
    return BigInt.asUintN(64, name)
  }
}
