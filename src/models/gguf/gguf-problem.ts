/** What makes a file no usable GGUF file. `truncated` means that the beginning is fine and the end is missing. */
export type GgufProblemKind = 'not-gguf' | 'malformed' | 'truncated' | 'unsupported'

/** Why a file is no usable GGUF file, in one sentence for people. */
export class GgufProblem extends Error {
  readonly kind: GgufProblemKind

  constructor(kind: GgufProblemKind, message: string) {
    super(message)
    this.name = 'GgufProblem'
    this.kind = kind
  }
}

/** Thrown by the cursor when the bytes at hand end before the header does. */
export class NeedsMoreBytes extends Error {
  /** Offset up to which bytes are needed now. */
  readonly until: number

  constructor(until: number) {
    super('the header is longer than the bytes at hand')
    this.name = 'NeedsMoreBytes'
    this.until = until
  }
}
