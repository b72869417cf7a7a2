import type { StepCost } from '../contract.ts'

/** What was measured of one or several steps of an engine. */
export interface StepSample {
  /** Steps in `ms`; 1 unless said. */
  readonly steps?: number
  /** Tokens computed, of prompts and answers. */
  readonly tokens: number
  /** Tokens of context read for decoding, summed over sequences and steps. */
  readonly context: number
  readonly ms: number
}

/** A cost model with how well it agrees with what was measured. */
export interface StepFit {
  readonly cost: StepCost
  /** Root of the mean square of the relative errors, 0 to 1 and beyond. */
  readonly relativeError: number
}

/** Factors of steps, tokens and context. */
type Factors = readonly [base: number, token: number, context: number]

/**
 * The cost model `base + tokens × msPerToken + context × msPerContextToken` that comes closest to what was measured, by
 * least squares of the relative errors, so that short steps count as much as long ones. No factor is below 0: of all
 * sets of factors the best one without a negative factor is taken.
 * @throws RangeError without any sample of a positive time
 */
export function fitStepCost(samples: readonly StepSample[]): StepFit {
  const rows = samples.filter(({ ms }) => ms > 0)
  if (rows.length === 0) throw new RangeError('no step was measured: there is nothing to calibrate with')
  let best: Factors = [0, 0, 0]
  let leastError = Infinity
  for (let set = 1; set < 8; set += 1) {
    const factors = solve(rows, [(set & 1) > 0, (set & 2) > 0, (set & 4) > 0])
    if (factors === null || factors.some((factor) => factor < 0)) continue
    const error = errorOf(rows, factors)
    // A factor more has to explain something.
    if (error >= leastError * (1 - 1e-9)) continue
    best = factors
    leastError = error
  }
  const [baseMs, msPerToken, msPerContextToken] = best
  return {
    cost: {
      baseMs,
      msPerToken,
      msPerAttentionPair: 0,
      weightsMs: 0,
      msPerContextToken,
      assumptions: [
        `fitted to ${rows.length} measured samples, ${(leastError * 100).toFixed(1)} % off (root mean square)`,
        'reading the weights is part of every step; attention of prompts is part of a token',
      ],
    },
    relativeError: leastError,
  }
}

const columnsOf = ({ steps = 1, tokens, context }: StepSample): Factors => [steps, tokens, context]

function errorOf(rows: readonly StepSample[], factors: Factors): number {
  const squares = rows.reduce((sum, row) => {
    const columns = columnsOf(row)
    const predicted = factors.reduce((ms, factor, place) => ms + factor * (columns[place] ?? 0), 0)
    return sum + (predicted / row.ms - 1) ** 2
  }, 0)
  return Math.sqrt(squares / rows.length)
}

/** The normal equations over the factors asked for, by elimination with pivots; null where they are not determined. */
function solve(rows: readonly StepSample[], isAsked: readonly boolean[]): Factors | null {
  const places = [0, 1, 2].filter((place) => isAsked[place])
  // Columns are of very different size: scaled to one, or nothing could be said about what is determined.
  const scales = places.map((place) =>
    rows.reduce((most, row) => Math.max(most, (columnsOf(row)[place] ?? 0) / row.ms), 0),
  )
  if (scales.some((scale) => scale === 0)) return null
  const size = places.length
  const matrix = Array.from({ length: size }, () => new Float64Array(size + 1))
  for (const row of rows) {
    const columns = columnsOf(row)
    const scaled = places.map((place, index) => (columns[place] ?? 0) / row.ms / (scales[index] ?? 1))
    matrix.forEach((line, index) => {
      scaled.forEach((value, other) => add(line, other, value * (scaled[index] ?? 0)))
      add(line, size, scaled[index] ?? 0)
    })
  }
  const solution = eliminate(matrix)
  if (solution === null) return null
  const factors: [number, number, number] = [0, 0, 0]
  places.forEach((place, index) => {
    factors[place] = (solution[index] ?? 0) / (scales[index] ?? 1)
  })
  return factors
}

function add(line: Float64Array, place: number, value: number): void {
  line[place] = (line[place] ?? 0) + value
}

/** Gauss and Jordan; null where a pivot is next to nothing. */
function eliminate(matrix: Float64Array[]): readonly number[] | null {
  const size = matrix.length
  for (let column = 0; column < size; column += 1) {
    const rest = matrix.slice(column)
    const pivot = rest.reduce((most, line) => (Math.abs(line[column] ?? 0) > Math.abs(most[column] ?? 0) ? line : most))
    const lead = pivot[column] ?? 0
    if (Math.abs(lead) < 1e-9 * matrix.length) return null
    matrix[matrix.indexOf(pivot)] = matrix[column] ?? pivot
    matrix[column] = pivot
    for (const line of matrix) {
      if (line === pivot) continue
      const factor = (line[column] ?? 0) / lead
      for (let place = column; place <= size; place += 1) add(line, place, -factor * (pivot[place] ?? 0))
    }
  }
  return matrix.map((line, place) => (line[size] ?? 0) / (line[place] ?? 1))
}
