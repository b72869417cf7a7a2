/**
 * What replicas really hold of a prompt, from the KV cache events of their engines: a tree of blocks keyed by the bytes of
 * the rendered prompt, in memory that threads share. One writes (`ExactKnowledgeWriter`), any number read
 * (`ExactKnowledge`).
 */
export { Agreement, agreementWords, type AgreementState } from './agreement.ts'
export { chatBytes, layImages, takeImagesOut, type BodyImages, type ImageFormat } from './images/index.ts'
export type { PromptContext } from './context-seed.ts'
export { ExactKnowledge } from './knowledge.ts'
export { ExactKnowledgeWriter, type ExactIndexCounts } from './knowledge-writer.ts'
export type { ExactIndexMemory, ExactIndexSize } from './memory.ts'
export {
  layTokenBytes,
  readPromptBytes,
  readVocabulary,
  withoutVocabulary,
  bytesOfTokens,
  type PromptBytes,
  type TokenBytes,
  type UnsupportedVocabulary,
  type Vocabulary,
} from './vocabulary/index.ts'
export {
  imagePlaceholder,
  readChatTemplate,
  type ChatTemplate,
  type ChatTemplateFiles,
  type ContentFormat,
  type RenderedChat,
  type UnsupportedTemplate,
} from './rendering/index.ts'
