import { hash } from 'node:crypto'
import { UserError } from '../errors/index.ts'
import type { Fleet } from '../fleet/index.ts'

/** A shorter key is guessed or a typing mistake; generators make 32 characters and more. */
const minimumKeyLength = 16

/** What a key may open. */
export type Scope = Fleet['access']['keys'][number]['scopes'][number]

/** Whose key it is, and what it opens. */
export interface KeyOwner {
  /** Shown in logs in place of the key. */
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
  /** Models that it may ask for; null is all of them. */
  readonly models: ReadonlySet<string> | null
  /** Team that its use counts for; null for none. */
  readonly team: string | null
  /** Highest of the Fleet's priorities that its requests may have; null where it says none. */
  readonly priority: string | null
  /** Milliseconds since the epoch after which it opens nothing; null is never. */
  readonly expiresAt: number | null
}

/** A key as it is held: plain data, for another thread too. */
export interface KeyRecord {
  readonly owner: KeyOwner
  /** SHA-256, in base64. */
  readonly digest: string
  readonly where: string
}

/** The SHA-256 digest of a key, in base64. */
const digestOf = (key: string): string => hash('sha256', key, 'base64')

/**
 * The keys that are accepted, by SHA-256 digest: keys have enough entropy of their own, so a slow password hash would
 * add time to every request and no safety. Keys themselves are not held.
 */
export class ApiKeys {
  readonly #entries = new Map<string, KeyRecord>()

  /** How many keys there are; without any, everybody may ask. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * Adds a key. `where` says where it stands, for the error.
   * @throws UserError when it is too short or there already.
   */
  add(owner: KeyOwner, key: string, where: string): void {
    if (key.length < minimumKeyLength) {
      throw new UserError({
        what: `The key of ${owner.name} is too short`,
        where,
        why: `It has ${key.length} characters; at least ${minimumKeyLength} are needed so that nobody guesses it.`,
        mend: 'Make a new one.',
        command: 'openssl rand -hex 32',
      })
    }
    this.#add(owner, digestOf(key), where)
  }

  /** Adds a key by its digest of 32 bytes. */
  addDigest(owner: KeyOwner, digest: Buffer, where: string): void {
    this.#add(owner, digest.toString('base64'), where)
  }

  #add(owner: KeyOwner, digest: string, where: string): void {
    const known = this.#entries.get(digest)
    if (known !== undefined) {
      throw new UserError({
        what: `${owner.name} and ${known.owner.name} have the same key`,
        where,
        why: `It also stands at ${known.where}.`,
        mend: 'Give each its own key, or remove one.',
      })
    }
    this.#entries.set(digest, { owner, digest, where })
  }

  /** Every key, for `addRecord` of another thread. */
  get records(): readonly KeyRecord[] {
    return [...this.#entries.values()]
  }

  /** Adds what `records` of another thread told. */
  addRecord({ owner, digest, where }: KeyRecord): void {
    this.#add(owner, digest, where)
  }

  /**
   * The key's owner, or undefined for a key that is unknown or has expired. Digests are looked up, so the time taken
   * tells at most whose digest begins alike, and nobody can choose the digest of a guess.
   */
  identify(key: string): KeyOwner | undefined {
    const owner = this.#entries.get(digestOf(key))?.owner
    const expiresAt = owner?.expiresAt ?? Infinity
    return Date.now() >= expiresAt ? undefined : owner
  }
}
