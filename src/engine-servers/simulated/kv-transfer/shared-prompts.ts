import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlockChain } from '../../../engines/index.ts'

/** One way of cutting prompts for a shared place: the lengths, in tokens and rising, at which a prompt is stored. */
export type StoredLengths = (promptTokens: number, blockTokens: number) => readonly number[]

/** Beginnings of prompts that one engine leaves in the shared place at the most; it removes the oldest of its own. */
const usualLimit = 65_536

/**
 * Beginnings of prompts in a folder that several engines reach: an empty file each, named by a hash of the tokens up to
 * its end and of the client's salt, so that who has another prompt or another salt does not find it. They have no lease.
 */
export class SharedPrompts {
  readonly #folder: string
  readonly #lengths: StoredLengths
  readonly #limit: number
  /** What this engine has stored, oldest first. */
  readonly #own = new Set<string>()

  constructor(folder: string, lengths: StoredLengths, limit = usualLimit) {
    this.#folder = folder
    this.#lengths = lengths
    this.#limit = limit
  }

  /** Tokens at the beginning of a prompt that are stored, by whomever. */
  async find(chain: BlockChain, promptTokens: number): Promise<number> {
    let found = 0
    for (const length of this.#lengths(promptTokens, chain.blockTokens)) {
      if (!(await isThere(this.#pathOf(chain, length)))) break
      found = length
    }
    return found
  }

  /** Stores a prompt that is computed; rejects with Node's error where the folder takes nothing. */
  async store(chain: BlockChain, promptTokens: number): Promise<void> {
    const lengths = this.#lengths(promptTokens, chain.blockTokens)
    if (lengths.length > 0) await mkdir(this.#folder, { recursive: true })
    for (const length of lengths) {
      const path = this.#pathOf(chain, length)
      await writeFile(path, '')
      this.#own.delete(path)
      this.#own.add(path)
    }
    for (const path of this.#own) {
      if (this.#own.size <= this.#limit) break
      this.#own.delete(path)
      await rm(path, { force: true })
    }
  }

  #pathOf(chain: BlockChain, length: number): string {
    const hash = chain.hash(length / chain.blockTokens - 1)
    return join(this.#folder, `${length}-${hash.toString(16).padStart(16, '0')}`)
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
