/**
 * The scheduler: where a request goes, as pure code that the gateway and the simulator share. Time and randomness are
 * handed in.
 */
export {
  blockBytes,
  blocksOf,
  emptyBlockHashes,
  hashBlocks,
  seedOf,
  type BlockHashes,
  type Hashes,
} from './prefix-hash.ts'
export { PrefixIndex, type PrefixIndexSize } from './prefix-index.ts'
export * from './flow/index.ts'
export * from './autoscale/index.ts'
export { policies, policyNamed } from './policies/index.ts'
export { policyOfFleet } from './policies/fleet-names.ts'
export { keepingSessions } from './policies/session.ts'
export { Turns } from './turns.ts'
export { LearnedSizes, sizeCells } from './learned-sizes.ts'
export { foreignLoad, noForeignLoad, loadReportMs, RequestSizes, type ForeignLoad } from './foreign-load.ts'
export type {
  ChoiceReason,
  Choosing,
  Decision,
  Outcome,
  Policy,
  PolicyKind,
  PolicySettings,
  ReplicaRole,
  ReplicaState,
  ReportedLoad,
  RequestShape,
  SentState,
} from './contract.ts'
export * from './disaggregation/index.ts'
export {
  Agreement,
  agreementWords,
  ExactKnowledge,
  ExactKnowledgeWriter,
  chatBytes,
  imagePlaceholder,
  layImages,
  layTokenBytes,
  readChatTemplate,
  readPromptBytes,
  readVocabulary,
  takeImagesOut,
  withoutVocabulary,
  bytesOfTokens,
  type AgreementState,
  type BodyImages,
  type ChatTemplate,
  type ChatTemplateFiles,
  type ContentFormat,
  type ExactIndexCounts,
  type ExactIndexMemory,
  type ExactIndexSize,
  type ImageFormat,
  type PromptBytes,
  type PromptContext,
  type RenderedChat,
  type TokenBytes,
  type UnsupportedTemplate,
  type UnsupportedVocabulary,
  type Vocabulary,
} from './exact/index.ts'
