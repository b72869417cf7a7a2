import { randomFrom } from '../../engines/index.ts'

/** Numbers that look random and depend on a seed only, as the makers of workloads draw them. */
export interface Draw {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number
  /** An exponential time between events that come `1 / mean` times in a unit. */
  exponential(mean: number): number
  /** A gamma-distributed number; its mean is `shape × scale`. */
  gamma(shape: number, scale: number): number
  /** A log-normal number of this mean and standard deviation. */
  logNormal(mean: number, deviation: number): number
  /** Trials up to the first success: at least 1, and `mean` on average. */
  geometric(mean: number): number
}

/** Draws by a seed. */
export function createDraw(seed: number): Draw {
  const next = randomFrom(seed)
  // Box and Muller, 1958; the logarithm never sees 0.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  /** Marsaglia and Tsang, “A simple method for generating gamma variables”, 2000. */
  const gamma = (shape: number, scale: number): number => {
    if (shape < 1) return gamma(shape + 1, scale) * (1 - next()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v * scale
    }
  }
  return {
    next,
    below: (end) => Math.floor(next() * end),
    exponential: (mean) => -Math.log(1 - next()) * mean,
    gamma,
    logNormal(mean, deviation) {
      const variance = Math.log(1 + (deviation / mean) ** 2)
      return mean * Math.exp(Math.sqrt(variance) * normal() - variance / 2)
    },
    geometric: (mean) => (mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - next()) / Math.log(1 - 1 / mean))),
  }
}
