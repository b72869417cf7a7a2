import { createHash } from 'node:crypto'
import type { ClusterClient, LiveObject } from '../../kubernetes/index.ts'
import type { Clock } from '../clock.ts'
import { TokenBucket } from '../queue/index.ts'

/** One event. */
export interface FleetEventText {
  readonly type: 'Normal' | 'Warning'
  /** Why, in a word for programs, such as `InvalidFleet`. */
  readonly reason: string
  /** What the controller did or tried, in a word, such as `Apply`. */
  readonly action: string
  /** For people; cut at 1 kB, which is the most that an API server takes. */
  readonly note: string
}

/** The same event within this time is counted (client-go, tools/events: 6 minutes). */
const sameWithinMs = 360_000
/** A count is written no more often than this. */
const countEachMs = 30_000
/** Events of one object: so many at once, then one in five minutes (client-go, events_cache.go). */
const burst = 25
const perSecond = 1 / 300
const mostRemembered = 4_096
const longestNote = 1_024

interface Known {
  readonly name: string
  count: number
  seenAt: number
  writtenAt: number
}

/** Writes Events; what cannot be written is told to `onError` and left. */
export class EventRecorder {
  readonly #client: ClusterClient
  readonly #clock: Clock
  readonly #instance: string
  readonly #onError: (error: unknown) => void
  readonly #known = new Map<string, Known>()
  readonly #rates = new Map<string, TokenBucket>()

  constructor(client: ClusterClient, clock: Clock, instance: string, onError: (error: unknown) => void) {
    this.#client = client
    this.#clock = clock
    this.#instance = instance
    this.#onError = onError
  }

  /** Tells of something that happened to an object; resolves once it is written or left. */
  async record(about: LiveObject, event: FleetEventText): Promise<void> {
    const now = this.#clock.now()
    const key = digestOf([about.metadata.uid, event.type, event.reason, event.action, event.note].join('\n'))
    const known = this.#known.get(key)
    try {
      if (known !== undefined && now - known.seenAt < sameWithinMs) await this.#countAgain(about, known, now)
      else await this.#write(about, event, key, now)
    } catch (error) {
      this.#onError(error)
    }
  }

  async #write(about: LiveObject, event: FleetEventText, key: string, now: number): Promise<void> {
    const { uid } = about.metadata
    const rate = this.#rates.get(uid) ?? new TokenBucket(perSecond, burst, now)
    remember(this.#rates, uid, rate)
    if (!rate.takeIfThere(now)) return
    const { name, namespace = 'default' } = about.metadata
    const eventName = `${name.slice(0, 200)}.${digestOf(`${key}${this.#clock.date().toISOString()}`).slice(0, 16)}`
    remember(this.#known, key, { name: eventName, count: 1, seenAt: now, writtenAt: now })
    const { apiVersion, kind } = about
    const object = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      eventTime: microTime(this.#clock.date()),
      reportingController: 'fairlead.dev/controller',
      reportingInstance: this.#instance.slice(0, 128),
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: event.note.slice(0, longestNote),
      regarding: { apiVersion, kind, name, namespace, uid, resourceVersion: about.metadata.resourceVersion },
    }
    await this.#client.create(object)
  }

  async #countAgain(about: LiveObject, known: Known, now: number): Promise<void> {
    known.count += 1
    known.seenAt = now
    if (known.count > 2 && now - known.writtenAt < countEachMs) return
    known.writtenAt = now
    const ref = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      namespace: about.metadata.namespace ?? 'default',
      name: known.name,
    }
    const series = { count: known.count, lastObservedTime: microTime(this.#clock.date()) }
    await this.#client.patch(ref, { series })
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** MicroTime of the Kubernetes API. */
const microTime = (date: Date) => date.toISOString().replace('Z', '000Z')

/** Keeps the newest entries of a map. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= mostRemembered) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
