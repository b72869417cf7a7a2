import { stringify } from 'yaml'
import { formatBytes } from '../../files/index.ts'
import { describeMissing } from './describe-missing.ts'
import type { Redactor } from './redact.ts'
import type { TarFile } from './tar.ts'

/** A part of a bundle that could not be had. */
export interface MissingPart {
  readonly path: string
  readonly why: string
}

/** What a bundle may hold. */
export interface BundleLimits {
  /** Of one file; of a log its end is kept, of anything else its beginning. */
  readonly fileBytes: number
  /** Of all files together, before they are compressed. */
  readonly allBytes: number
}

/** Of what is longer, so much is looked through for secrets: more than is kept, so that no cut halves one. */
const lookedThrough = 4

/** Files of a bundle: without secrets, bounded, with what is missing and a list of all. */
export class Bundle {
  readonly #redactor: Redactor
  readonly #limits: BundleLimits
  readonly #files = new Map<string, Buffer>()
  readonly #cut = new Map<string, number>()
  readonly #missing: MissingPart[] = []
  #bytes = 0

  constructor(redactor: Redactor, limits: BundleLimits) {
    this.#redactor = redactor
    this.#limits = limits
  }

  /** Takes a text, or a value that becomes JSON or YAML by the ending of its path. */
  add(path: string, content: unknown, keep: 'start' | 'end' = 'start'): void {
    const text = this.#textOf(path, content, keep)
    const kept = cutAtLine(text, this.#limits.fileBytes, keep)
    const bytes = Buffer.from(kept)
    if (this.#bytes + bytes.length > this.#limits.allBytes) {
      return this.miss(path, `the bundle has ${formatBytes(this.#limits.allBytes)} already`)
    }
    this.#bytes += bytes.length
    const place = this.#freePath(path)
    this.#files.set(place, bytes)
    if (kept.length < text.length) this.#cut.set(place, Buffer.byteLength(text))
  }

  /** Notes why a part is not there. */
  miss(path: string, problem: unknown): void {
    this.#missing.push({
      path: this.#redactor.text(path),
      why: this.#redactor.text(describeMissing(problem)).slice(0, 2_000),
    })
  }

  get missing(): readonly MissingPart[] {
    return this.#missing.toSorted(byPath)
  }

  /** Everything in the order of paths, with `missing.txt` and `manifest.json`. */
  files(): readonly TarFile[] {
    const missing = this.missing.map(({ path, why }) => `${path}: ${why}\n`).join('')
    const found = [...this.#files, ['missing.txt', Buffer.from(missing)] as const]
    const files = found.map(([path, content]) => ({ path, content })).toSorted(byPath)
    const listed = files.map(({ path, content }) => {
      const whole = this.#cut.get(path)
      return { path, bytes: content.length, ...(whole === undefined ? {} : { cutFromBytes: whole }) }
    })
    const manifest = Buffer.from(`${JSON.stringify({ files: listed, missing: this.missing }, undefined, 2)}\n`)
    return [{ path: 'manifest.json', content: manifest }, ...files]
  }

  #textOf(path: string, content: unknown, keep: 'start' | 'end'): string {
    const limit = this.#limits.fileBytes * lookedThrough
    if (typeof content === 'string') return this.#redactor.text(cutAtLine(content, limit, keep))
    const value = this.#redactor.value(content)
    if (path.endsWith('.jsonl') && Array.isArray(value))
      return value.map((each) => `${JSON.stringify(each)}\n`).join('')
    if (!path.endsWith('.yaml')) return `${JSON.stringify(value, undefined, 2)}\n`
    return [value]
      .flat()
      .map((each) => stringify(each))
      .join('---\n')
  }

  #freePath(path: string): string {
    const safe = safePath(this.#redactor.text(path))
    for (let count = 1; ; count += 1) {
      const place = count === 1 ? safe : safe.replace(/(\.\w+)?$/, `-${count}$1`)
      if (!this.#files.has(place)) return place
    }
  }
}

const byPath = (one: { readonly path: string }, other: { readonly path: string }) =>
  one.path.localeCompare(other.path, 'en')

/** Longest part of a path: three of them fit a header of tar. */
const longestPart = 60

/** A path that leads nowhere else, whatever names it is made of. */
export function safePath(path: string): string {
  const parts = path
    .split('/')
    .map((part) => part.replaceAll(/[^\w.@:+-]/g, '_'))
    .filter((part) => !/^\.*$/.test(part))
  return parts.map((part) => (part.length > longestPart ? shortened(part) : part)).join('/')
}

const shortened = (part: string) => {
  const ending = /\.\w{1,8}$/.exec(part)?.[0] ?? ''
  return part.slice(0, longestPart - ending.length) + ending
}

/** The beginning or the end of a text within a limit, in whole lines where it has any. */
function cutAtLine(text: string, limitBytes: number, keep: 'start' | 'end'): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limitBytes) return text
  if (keep === 'start') {
    const kept = bytes.subarray(0, limitBytes).toString('utf8')
    return kept.slice(0, kept.lastIndexOf('\n') + 1 || kept.length)
  }
  const kept = bytes.subarray(-limitBytes).toString('utf8')
  return kept.slice(kept.indexOf('\n') + 1)
}
