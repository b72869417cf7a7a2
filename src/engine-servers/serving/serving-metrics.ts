import type { GenerationRequest, GenerationResult } from './contract.ts'

/** How a sequence ended, as vLLM's label `finished_reason` has it. */
type FinishedReason = 'stop' | 'length' | 'abort' | 'error'

/** Times one sequence. */
interface SequenceTiming {
  /** One or more tokens have come. */
  tokens(): void
  /** @param result of a sequence that has all its tokens */
  end(reason: FinishedReason, result?: GenerationResult): void
}

/** Metrics of an engine server. */
export interface ServingMetrics {
  readonly contentType: string
  begin(request: GenerationRequest): SequenceTiming
  /** A request is answered, with all its sequences. */
  answered(results: readonly GenerationResult[]): void
  text(): Promise<string>
}
