/**
 * How long work tells what it is doing: a contract that downloads and `apply` report to and the command line shows.
 */
/** Progress of long work: one step has one line on a terminal. */
export interface ProgressReporter {
  /** Starts a step; `totalBytes` where it is known. */
  step(title: string, totalBytes?: number): ProgressStep
  /** A line of its own. */
  note(message: string): void
}

/** A step under way. */
export interface ProgressStep {
  /** Bytes done so far. */
  advance(doneBytes: number, totalBytes?: number): void
  /** What is happening now. */
  update(message: string): void
  succeed(message?: string): void
  fail(message: string): void
}
