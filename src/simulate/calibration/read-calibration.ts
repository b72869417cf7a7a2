import { number, object, array, prettifyError, string, type output, type ZodType } from 'zod'
import { UserError } from '../../errors/index.ts'
import type { StepCost } from '../contract.ts'
import { fitStepCost } from './fit-step-cost.ts'
import { stepSamplesOf } from './step-samples.ts'

/** An hour in milliseconds: no step and no latency is longer. */
const mostMs = 3_600_000
/** A nanosecond in milliseconds: whatever takes less takes no time. */
const leastMs = 1e-6
const mostTokens = 100_000_000
const mostSamples = 100_000

const ms = number().min(0).max(mostMs)
const tokens = number().min(0).max(mostTokens)

const constants = object({
  baseMs: ms.default(0),
  msPerToken: ms.default(0),
  msPerAttentionPair: ms.default(0),
  weightsMs: ms.default(0),
  msPerContextToken: ms.default(0),
  msPerOutputToken: ms.default(0),
  firstTokenMs: ms.default(0),
  decodeMs: ms.default(0),
  assumptions: array(string().max(1000)).max(100).default(['as stated']),
})
  .strict()
  .refine((step) => step.baseMs + step.msPerToken + step.weightsMs >= leastMs, 'a step takes some time')

const latency = object({
  promptTokens: tokens.min(1),
  cachedTokens: tokens.default(0),
  outputTokens: tokens.min(1),
  concurrency: number().min(1).max(100_000).default(1),
  ttftMs: ms.default(0),
  tpotMs: ms.default(0),
})

const step = object({ steps: number().min(1).max(1e6).default(1), tokens, context: tokens.default(0), ms })

/** A calibration file: one of the three. */
const schema = object({
  /** Figures as they are. */
  step: constants.optional(),
  /** Latencies of requests of one size each, as many at once all the time as `concurrency` says. */
  latencies: array(latency).min(1).max(mostSamples).optional(),
  /** Steps one by one. */
  steps: array(step).min(1).max(mostSamples).optional(),
}).refine(
  (file) => [file.step, file.latencies, file.steps].filter((part) => part !== undefined).length === 1,
  'expected one of step, latencies and steps',
)

const example =
  '{"latencies": [{"promptTokens": 512, "outputTokens": 128, "concurrency": 1, "ttftMs": 60, "tpotMs": 12}]}'

/**
 * What an engine's steps take, by a file of measurements or of stated figures.
 * @param text JSON: `{"latencies": […]}`, `{"steps": […]}` or `{"step": {…}}`; fields that are not known are passed over.
 * @param file what it is called, for problems.
 * @param maxBatchedTokens tokens in a step at the most of the engine that was measured.
 * @throws UserError for what cannot be read, or says nothing.
 */
export function readCalibration(text: string, file: string, maxBatchedTokens: number): StepCost {
  const read = parse(schema, text, file)
  if (read.step !== undefined) return read.step
  const samples = read.steps ?? (read.latencies ?? []).flatMap((each) => stepSamplesOf(each, maxBatchedTokens))
  if (!samples.some((sample) => sample.ms >= leastMs)) {
    throw refuse(
      file,
      'No sample says how long anything took: ttftMs counts where concurrency is 1, tpotMs everywhere.',
    )
  }
  return fitStepCost(samples).cost
}

function parse<Schema extends ZodType>(type: Schema, text: string, file: string): output<Schema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(file, `No JSON: ${cause instanceof Error ? cause.message : String(cause)}.`)
  }
  const result = type.safeParse(value)
  if (!result.success) throw refuse(file, prettifyError(result.error))
  return result.data
}

const refuse = (file: string, why: string): UserError =>
  new UserError({
    what: `${file} is not a calibration that can be used`,
    where: file,
    why,
    mend: `Give JSON such as ${example}.`,
  })
