/** A moment at which so many bytes were there. */
interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** What is known of a step under way. */
export interface StepState {
  readonly title: string
  readonly startedAtMs: number
  readonly message?: string
  readonly doneBytes?: number
  readonly totalBytes?: number
  /** The last few seconds, oldest first; the rate comes from them. */
  readonly samples: readonly Sample[]
  /** Bytes that were there when the step began, such as those of a resumed download. */
  readonly initialBytes?: number
}

/** Span over which the rate is taken: long enough to be calm, short enough to notice a stall. */
const rateWindowMs = 5_000
/** Samples closer than this are one. */
const sampleSpacingMs = 100

/** A step that begins now. */
export function startStep(title: string, totalBytes: number | undefined, nowMs: number): StepState {
  return { title, startedAtMs: nowMs, samples: [], ...(totalBytes === undefined ? {} : { totalBytes }) }
}

/** The step after `doneBytes` have arrived. */
export function advanceStep(
  step: StepState,
  doneBytes: number,
  totalBytes: number | undefined,
  nowMs: number,
): StepState {
  const last = step.samples.at(-1)
  const isSpaced = last === undefined || nowMs - last.atMs >= sampleSpacingMs
  const recent = step.samples.filter(({ atMs }) => nowMs - atMs <= rateWindowMs)
  const known = totalBytes ?? step.totalBytes
  return {
    ...step,
    doneBytes,
    ...(known === undefined ? {} : { totalBytes: known }),
    initialBytes: step.initialBytes ?? doneBytes,
    samples: isSpaced ? [...recent, { atMs: nowMs, bytes: doneBytes }] : step.samples,
  }
}

/** Bytes a second over the last seconds; undefined until there is something to tell from. */
export function bytesPerSecond(step: StepState, nowMs: number): number | undefined {
  const first = step.samples.find(({ atMs }) => nowMs - atMs <= rateWindowMs)
  if (first === undefined || step.doneBytes === undefined || nowMs - first.atMs < 500) return undefined
  return ((step.doneBytes - first.bytes) / (nowMs - first.atMs)) * 1000
}

/** Milliseconds until a step with a known size is through, at its present rate. */
export function timeLeftMs(step: StepState, nowMs: number): number | undefined {
  const rate = bytesPerSecond(step, nowMs)
  if (rate === undefined || rate <= 0 || step.totalBytes === undefined || step.doneBytes === undefined) return undefined
  return (Math.max(0, step.totalBytes - step.doneBytes) / rate) * 1000
}
