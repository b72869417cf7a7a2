import type { Replica, ReplicaSource } from './contract.ts'
import { afterLookUp, noAddresses, type LookUpOutcome } from './host-addresses.ts'
import { lookUpByTheSystem, type LookUp } from './look-up.ts'
import { replicaAt, type Pool } from './pool.ts'

/** Time between two look-ups; CoreDNS answers for a Service from what it watches and lets others keep it for 5 s. */
const usualIntervalMs = 2_000
/** The first of the shorter times until a first look-up has found anything; each is twice as long as the one before. */
const firstPauseMs = 100
/** Look-ups come by up to this share earlier or later, so that gateways that start together do not ask together. */
const jitter = 0.2
/** A name without addresses is believed to have none after this time. */
const usualEmptyAfterMs = 5_000
/**
 * First addresses are waited for no longer than this. A resolver may take half a minute to give up, and a name may have no
 * address for a moment, while all pods behind it are replaced: a gateway that starts just then would be ready knowing nobody.
 */
const firstAnswerMs = 1_000

/** How names are looked up. */
export interface DnsOptions {
  readonly lookUp?: LookUp
  readonly intervalMs?: number
  readonly emptyAfterMs?: number
  /** Told why a name cannot be looked up, once for each new reason; null once it can again. */
  readonly onProblem?: (host: string, problem: string | null) => void
}

/** The replicas of a pool, one for each address behind its host name, which is looked up again and again. */
export function createDnsSource(pool: Pool, options: DnsOptions = {}): ReplicaSource {
  const { lookUp = lookUpByTheSystem, intervalMs = usualIntervalMs, emptyAfterMs = usualEmptyAfterMs } = options
  const { host } = pool.address
  const listeners = new Set<() => void>()
  let known = noAddresses
  let replicas: readonly Replica[] = []
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  /** Look-ups that found nothing, before the first that did; null from then on. */
  let misses: number | null = 0
  const found = Promise.withResolvers<void>()

  const pauseMs = (): number => {
    const usualMs = intervalMs * (1 - jitter + 2 * jitter * Math.random())
    return misses === null ? usualMs : Math.min(usualMs, firstPauseMs * 2 ** (misses - 1))
  }
  const ask = async (): Promise<LookUpOutcome> => {
    let next: string | null = null
    let outcome: LookUpOutcome
    try {
      outcome = { kind: 'answered', addresses: await lookUp(host) }
    } catch (error) {
      next = (error as NodeJS.ErrnoException).code ?? String(error)
      outcome = { kind: 'failed' }
    }
    if (next !== problem && !isClosed) options.onProblem?.(host, next)
    problem = next
    return outcome
  }
  const look = async (): Promise<void> => {
    const outcome = await ask()
    if (isClosed) return
    const before = known.addresses
    known = afterLookUp(known, outcome, performance.now(), emptyAfterMs)
    const hasChanged = known.addresses.join() !== before.join()
    if (hasChanged) replicas = known.addresses.map((address) => replicaAt(pool, address))
    if (replicas.length > 0) {
      misses = null
      found.resolve()
    } else if (misses !== null) misses += 1
    timer = setTimeout(() => void look(), pauseMs())
    timer.unref()
    if (hasChanged) for (const listener of listeners) listener()
  }

  return {
    name: 'dns',
    async start() {
      const late = Promise.withResolvers<void>()
      const patience = setTimeout(late.resolve, firstAnswerMs)
      void look()
      await Promise.race([found.promise, late.promise])
      clearTimeout(patience)
    },
    snapshot: () => replicas,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
