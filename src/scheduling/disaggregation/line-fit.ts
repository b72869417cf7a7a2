/** Each observation weighs this much of the one after it: the last hundred make up two thirds of what is known. */
const memory = 0.99

/**
 * A straight line through observations, the older ones forgotten: least squares with exponential weights. Neither its
 * slope nor where it begins is ever below zero, since times are not.
 */
export class LineFit {
  #weight = 0
  #x = 0
  #y = 0
  #xx = 0
  #xy = 0
  /** Observations so far. */
  count = 0

  observe(x: number, y: number): void {
    this.count += 1
    this.#weight = this.#weight * memory + 1
    this.#x = this.#x * memory + x
    this.#y = this.#y * memory + y
    this.#xx = this.#xx * memory + x * x
    this.#xy = this.#xy * memory + x * y
  }

  get slope(): number {
    const spread = this.#weight * this.#xx - this.#x * this.#x
    // Observations of one length alone: a line through the origin is the best guess.
    if (spread <= 1e-9 * this.#weight * this.#xx) return this.#x === 0 ? 0 : this.#y / this.#x
    const slope = (this.#weight * this.#xy - this.#x * this.#y) / spread
    return Math.min(Math.max(0, slope), this.#x === 0 ? Infinity : this.#y / this.#x)
  }

  /** Its value at zero. */
  get base(): number {
    return this.#weight === 0 ? 0 : Math.max(0, (this.#y - this.slope * this.#x) / this.#weight)
  }
}
