import type { ExactKnowledgeWriter, TokenBytes } from '../../scheduling/index.ts'
import type { KvEventSink } from './kv-subscription.ts'

const withoutTokensSentence =
  'its BlockStored events carry no token ids, by which blocks are told apart: what it holds of them is not known'
const unreadableSentence =
  'its events name tokens that are no text here: images that cannot be told apart, or chat.tokenizer is another model’s'

/**
 * Takes a replica's events over into what is known of all replicas.
 * @param replica its number, as `ExactKnowledge` counts it
 * @param warn is told what was not readable, each thing once
 */
export function knowledgeSink(
  writer: ExactKnowledgeWriter,
  replica: number,
  vocabulary: TokenBytes,
  warn: (sentence: string) => void,
): KvEventSink {
  const told = new Set<string>()
  const tellOnce = (sentence: string): void => {
    if (told.has(sentence)) return
    told.add(sentence)
    warn(sentence)
  }
  return {
    apply(rank, events) {
      const { withoutTokens, unreadable } = writer.counts
      writer.apply(replica, rank, events, vocabulary)
      if (writer.counts.withoutTokens > withoutTokens) tellOnce(withoutTokensSentence)
      if (writer.counts.unreadable > unreadable) tellOnce(unreadableSentence)
    },
    lost: (rank) => writer.clear(replica, rank),
    warn,
  }
}
