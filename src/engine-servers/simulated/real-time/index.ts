/** The batching model by the clock. */
export {
  RealTimeEngine,
  type EndedSequence,
  type SequenceOwner,
  type SequenceTimes,
  type StepObserver,
} from './real-time-engine.ts'
