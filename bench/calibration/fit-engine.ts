import { readCalibration, type StepCost } from '../../src/simulate/index.ts'
import type { Load } from './loads.ts'
import { predict, type EngineLimits, type LoadFigures } from './predict.ts'

/** A load and what was measured of it. */
export interface MeasuredLoad {
  readonly load: Load
  readonly figures: LoadFigures
}

/** An engine model that agrees with what was measured as well as any. */
export interface EngineFit {
  readonly step: StepCost
  /** Root of the mean square of the errors of all medians, as logarithms: 0.1 is about 10 %. */
  readonly error: number
}

const factors = [
  'baseMs',
  'msPerToken',
  'weightsMs',
  'msPerAttentionPair',
  'msPerContextToken',
  'msPerOutputToken',
] as const

/**
 * Fits what a step costs to measured loads. It begins with the step costs that the latencies say directly, then changes one
 * constant after the other as long as the simulator's medians come closer to the measured ones.
 */
export function fitEngine(measured: readonly MeasuredLoad[], limits: EngineLimits): EngineFit {
  const latencies = measured.map(({ load, figures }) => ({
    ...load,
    ttftMs: figures.ttftMs.p50,
    tpotMs: figures.tpotMs.p50,
  }))
  const direct = readCalibration(JSON.stringify({ latencies }), 'what was measured', limits.maxBatchedTokens)
  let step = { msPerOutputToken: 0, ...direct }
  let error = errorOf(measured, limits, step)
  // A constant of 0 grows from something that is small beside a step.
  const seeds = {
    baseMs: 1,
    weightsMs: 1,
    msPerToken: 0.1,
    msPerAttentionPair: 1e-5,
    msPerContextToken: 1e-4,
    msPerOutputToken: 1,
  }
  for (let stride = 2; stride > 1.005;) {
    let isBetter = false
    for (const factor of factors) {
      for (const value of [step[factor] * stride, step[factor] / stride, step[factor] === 0 ? seeds[factor] : 0]) {
        const tried = { ...step, [factor]: value }
        const triedError = errorOf(measured, limits, tried)
        if (triedError >= error * (1 - 1e-6)) continue
        step = tried
        error = triedError
        isBetter = true
      }
    }
    if (!isBetter) stride = Math.sqrt(stride)
  }
  return {
    step: { ...step, assumptions: [`fitted to the medians of ${measured.length} measured loads`] },
    error,
  }
}

function errorOf(measured: readonly MeasuredLoad[], limits: EngineLimits, step: StepCost): number {
  const squares = measured.flatMap(({ load, figures }) => {
    const predicted = predict(load, limits, step)
    return [
      Math.log(predicted.ttftMs.p50 / figures.ttftMs.p50) ** 2,
      Math.log(predicted.tpotMs.p50 / figures.tpotMs.p50) ** 2,
    ]
  })
  const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length
  return Number.isFinite(mean) ? Math.sqrt(mean) : Infinity
}
