/** What a scheduler knows of the replicas' caches: nothing, what it sent where, or what engines say. */
import type { PolicyKind } from '../../scheduling/index.ts'
import { ApproximateKnowledge } from './approximate.ts'
import type { KnowledgeSize, PrefixKnowledge } from './contract.ts'
import { ExactKnowledge } from './exact.ts'
import { noKnowledge } from './none.ts'
import type { KvListener } from '../../engines/index.ts'

export type { KnowledgeSize, PrefixKnowledge } from './contract.ts'

/** The knowledge that a policy asks for. */
export function knowledgeFor(kind: PolicyKind['prefixes'], size: KnowledgeSize): PrefixKnowledge {
  switch (kind) {
    case 'approximate':
      return new ApproximateKnowledge(size)
    case 'exact':
      return new ExactKnowledge(size)
    case 'none':
      return noKnowledge
  }
}

/** Tells everybody who listens of a replica's blocks; nobody where none does. */
export function listenerOfAll(known: readonly PrefixKnowledge[], place: number): KvListener | undefined {
  const listeners = known.map((each) => each.listenerFor(place)).filter((each) => each !== undefined)
  if (listeners.length < 2) return listeners[0]
  return {
    stored: (unit, blocks) => listeners.forEach((each) => each.stored(unit, blocks)),
    removed: (unit, blocks) => listeners.forEach((each) => each.removed(unit, blocks)),
  }
}
