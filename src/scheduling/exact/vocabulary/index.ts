/**
 * Vocabularies as bytes: what an engine's token ids say, without tokenising anything.
 */
export { readPromptBytes, withoutVocabulary, type PromptBytes } from './prompt-bytes.ts'
export { readVocabulary, type UnsupportedVocabulary, type Vocabulary } from './read-vocabulary.ts'
export {
  bytesOfTokens,
  writeTokenBytes,
  writeSlack,
  layTokenBytes,
  type TokenBytes,
  type TokenJudge,
} from './token-bytes.ts'
