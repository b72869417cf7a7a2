/** What a line is fitted from. */
export interface FitSettings {
  /** Coefficients before anything is seen. */
  readonly prior: readonly number[]
  /** Bounds of each coefficient. */
  readonly least: readonly number[]
  readonly most: readonly number[]
  /** Smaller values count as this much where errors are taken relative to them. */
  readonly floor: number
}

/** How much of what was seen is still believed after another sample: half after some 350. */
const memory = 0.998
/** Errors beyond this share of the prediction are taken for outliers and count as this much. */
const mostError = 1
/** How far off the coefficients may be, times themselves, before anything is seen. */
const doubt = 10
/** So many outliers in a row are none: the coefficients are too small by far, and are doubled. */
const mostInRow = 5

/**
 * Fits `y = Σ coefficient × feature` sample by sample (recursive least squares with exponential forgetting, Haykin, Adaptive
 * Filter Theory, chapter 10). Errors are relative to the prediction, so that long waits do not drown short ones, and clipped,
 * so that no single sample counts for much; where all that comes is far above what is expected, the engine is another than was
 * thought, and it begins anew from twice as much. Coefficients stay within bounds, and so does what is taken to be unknown, so
 * that the next sample never counts for all.
 */
export class RecursiveLeastSquares {
  readonly #settings: FitSettings
  readonly #coefficients: Float64Array
  /** Covariance, row by row. */
  readonly #covariance: Float64Array
  readonly #gain: Float64Array
  #outliersInRow = 0
  samples = 0

  constructor(settings: FitSettings) {
    const size = settings.prior.length
    this.#settings = settings
    this.#coefficients = Float64Array.from(settings.prior)
    this.#gain = new Float64Array(size)
    this.#covariance = new Float64Array(size * size)
    this.#begin()
  }

  coefficient(index: number): number {
    return this.#coefficients[index] ?? 0
  }

  /** What is expected for these features. */
  predict(features: Float64Array): number {
    let sum = 0
    for (let each = 0; each < features.length; each += 1) sum += (features[each] ?? 0) * this.coefficient(each)
    return sum
  }

  /** Takes a sample in; one that is no number is left out. */
  learn(features: Float64Array, value: number): void {
    if (!Number.isFinite(value) || !features.every(Number.isFinite)) return
    const size = features.length
    const covariance = this.#covariance
    const gain = this.#gain
    const predicted = this.predict(features)
    const scale = Math.max(Math.abs(predicted), this.#settings.floor)
    const error = Math.min(mostError, Math.max(-mostError, (value - predicted) / scale))
    let spread = memory
    for (let row = 0; row < size; row += 1) {
      let sum = 0
      for (let each = 0; each < size; each += 1) {
        sum += ((covariance[row * size + each] ?? 0) * (features[each] ?? 0)) / scale
      }
      gain[row] = sum
      spread += (sum * (features[row] ?? 0)) / scale
    }
    for (let row = 0; row < size; row += 1) {
      for (let each = 0; each < size; each += 1) {
        const place = row * size + each
        covariance[place] = ((covariance[place] ?? 0) - ((gain[row] ?? 0) * (gain[each] ?? 0)) / spread) / memory
      }
    }
    this.#bound()
    for (let each = 0; each < size; each += 1) {
      this.#set(each, this.coefficient(each) + ((gain[each] ?? 0) / spread) * error)
    }
    this.#outliersInRow = error < mostError ? 0 : this.#outliersInRow + 1
    if (this.#outliersInRow === mostInRow) {
      this.#outliersInRow = 0
      for (let each = 0; each < size; each += 1) this.#set(each, 2 * this.coefficient(each))
      this.#begin()
    }
    this.samples += 1
  }

  /** Scales what is unknown back to where it began, row and column alike, so that it stays a covariance. */
  #bound(): void {
    const size = this.#gain.length
    const covariance = this.#covariance
    for (let each = 0; each < size; each += 1) {
      const known = covariance[each * size + each] ?? 0
      const most = this.#unknown(each)
      if (known <= most && known > 0) continue
      const factor = known > most ? Math.sqrt(most / known) : 0
      for (let other = 0; other < size; other += 1) {
        covariance[each * size + other] = (covariance[each * size + other] ?? 0) * factor
        covariance[other * size + each] = (covariance[other * size + each] ?? 0) * factor
      }
      if (factor === 0) covariance[each * size + each] = most * Number.EPSILON
    }
  }

  #set(index: number, value: number): void {
    const { least, most } = this.#settings
    this.#coefficients[index] = Math.min(most[index] ?? Infinity, Math.max(least[index] ?? -Infinity, value))
  }

  /** Takes the coefficients for a guess. */
  #begin(): void {
    const size = this.#gain.length
    this.#covariance.fill(0)
    for (let each = 0; each < size; each += 1) this.#covariance[each * size + each] = this.#unknown(each)
  }

  #unknown(index: number): number {
    return (doubt * Math.max(this.coefficient(index), this.#settings.prior[index] ?? 0)) ** 2
  }
}
