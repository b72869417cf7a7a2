import type { ExactKnowledgeWriter, TokenBytes } from '../../scheduling/index.ts'
import type { KvEventSink } from './kv-subscription.ts'

/**
 * Takes a replica's events over into what is known of all replicas.
 * @param replica its number, as `ExactKnowledge` counts it
 * @param warn is told what was not readable
 */
export function knowledgeSink(
  writer: ExactKnowledgeWriter,
  replica: number,
  vocabulary: TokenBytes,
  warn: (sentence: string) => void,
): KvEventSink {
  return {
    apply: (rank, events) => writer.apply(replica, rank, events, vocabulary),
    lost: (rank) => writer.clear(replica, rank),
    warn,
  }
}
