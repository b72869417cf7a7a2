import type { Choosing, Policy, PolicySettings, ReplicaState, RequestShape } from '../contract.ts'
import { Turns } from '../turns.ts'

/** What nobody configured. */
export const plainSettings: PolicySettings = { saturation: 0.9, sessionTimeMs: 60_000 }

/** A state that a test may change. */
export type ChangingState = { -readonly [Field in keyof ReplicaState]: ReplicaState[Field] }

/** A replica that has nothing to do, but for what is said. */
export const replicaState = (name: string, but: Partial<ReplicaState> = {}): ChangingState => ({
  name,
  isAvailable: true,
  role: 'both',
  weight: 1,
  inFlight: 0,
  pendingPrefillTokens: 0,
  inFlightTokens: 0,
  reported: null,
  adapters: new Set<string>(),
  ...but,
})

/** A request of 1,000 tokens, of which replicas hold these. */
export const requestShape = (held: readonly number[], but: Partial<RequestShape> = {}): RequestShape => ({
  model: 'model',
  adapter: null,
  session: null,
  tenant: 'tenant',
  priority: 0,
  deadlineMs: null,
  promptTokens: 1_000,
  heldTokens: Int32Array.from(held),
  prefixHash: 0,
  expectedOutputTokens: 100,
  ...but,
})

export const choosingAt = (nowMs = 0, random = 0, excluded: readonly number[] = []): Choosing => ({
  nowMs,
  random: () => random,
  turn: () => 0,
  isExcluded: (place) => excluded.includes(place),
})

const turnsOf = new WeakMap<Policy, Turns>()

/** Chooses, sends, and says where it went and why; whose turn it is goes on from one call to the next. */
export function ask(
  policy: Policy,
  request: RequestShape,
  replicas: readonly ReplicaState[],
  circumstances: Choosing = choosingAt(),
): string {
  const turns = turnsOf.get(policy) ?? new Turns(circumstances.random)
  turnsOf.set(policy, turns)
  const choosing = { ...circumstances, turn: () => turns.next() }
  const decision = policy.choose(request, replicas, choosing)
  policy.sent?.(request, decision, replicas, choosing)
  return decision.kind === 'replica' ? `${replicas[decision.place]?.name} ${decision.reason}` : decision.kind
}
