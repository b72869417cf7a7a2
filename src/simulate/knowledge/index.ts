/** What a scheduler knows of the replicas' caches: nothing, what it sent where, or what engines say. */
import type { PolicyKind } from '../../scheduling/index.ts'
import { ApproximateKnowledge } from './approximate.ts'
import type { KnowledgeSize, PrefixKnowledge } from './contract.ts'
import { ExactKnowledge } from './exact.ts'
import { noKnowledge } from './none.ts'

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
