import type { LiveObject } from '../client/contract.ts'

/** One change of what is kept. */
export type Change<T> =
  | { readonly kind: 'put'; readonly key: string; readonly value: T; readonly before: T | undefined }
  | { readonly kind: 'gone'; readonly key: string; readonly before: T }

/** Names an object among those of one kind. */
export interface ObjectName {
  readonly namespace?: string | undefined
  readonly name: string
}

/** Namespace and name, or the name of what has no namespace. */
function objectKey({ namespace, name }: ObjectName): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

interface Kept<T> {
  readonly version: string
  readonly value: T
}

/** What is kept of objects, by their keys; nothing else of them is held. */
export class ObjectStore<T> {
  readonly #select: (object: LiveObject) => T | undefined
  #kept = new Map<string, Kept<T>>()
  /** A listing that is under way. */
  #next: Map<string, Kept<T>> | undefined

  /** @param select what to keep of an object; undefined leaves it out */
  constructor(select: (object: LiveObject) => T | undefined) {
    this.#select = select
  }

  get size(): number {
    return this.#kept.size
  }

  get(name: ObjectName): T | undefined {
    return this.#kept.get(objectKey(name))?.value
  }

  *values(): Generator<T> {
    for (const { value } of this.#kept.values()) yield value
  }

  beginListing(): void {
    this.#next = new Map()
  }

  addListed(objects: readonly LiveObject[]): void {
    for (const object of objects) {
      const kept = this.#keep(object)
      if (kept !== undefined) this.#next?.set(objectKey(object.metadata), kept)
    }
  }

  /** What has changed since the listing before; what the new one lacks is gone, whether or not anybody saw it go. */
  endListing(): Change<T>[] {
    const [before, next] = [this.#kept, this.#next ?? new Map<string, Kept<T>>()]
    const changes: Change<T>[] = []
    for (const [key, { value }] of before) if (!next.has(key)) changes.push({ kind: 'gone', key, before: value })
    for (const [key, { version, value }] of next) {
      const known = before.get(key)
      if (known?.version !== version) changes.push({ kind: 'put', key, value, before: known?.value })
    }
    this.#kept = next
    this.#next = undefined
    return changes
  }

  put(object: LiveObject): Change<T>[] {
    const key = objectKey(object.metadata)
    const kept = this.#keep(object)
    if (kept === undefined) return this.remove(object)
    const before = this.#kept.get(key)
    if (before?.version === kept.version) return []
    this.#kept.set(key, kept)
    return [{ kind: 'put', key, value: kept.value, before: before?.value }]
  }

  remove(object: LiveObject): Change<T>[] {
    const key = objectKey(object.metadata)
    const known = this.#kept.get(key)
    if (known === undefined) return []
    this.#kept.delete(key)
    return [{ kind: 'gone', key, before: known.value }]
  }

  #keep(object: LiveObject): Kept<T> | undefined {
    const value = this.#select(object)
    return value === undefined ? undefined : { version: object.metadata.resourceVersion ?? '', value }
  }
}
