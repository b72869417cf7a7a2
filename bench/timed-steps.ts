/** Times of steps that are repeated, each told by its median. */
export class TimedSteps {
  readonly #warmUpRounds: number
  readonly #spentUs = new Map<string, number[]>()

  /** @param warmUpRounds times of each step that do not count */
  constructor(warmUpRounds: number) {
    this.#warmUpRounds = warmUpRounds
  }

  time<Result>(step: string, act: () => Result): Result {
    const start = performance.now()
    const result = act()
    const spent = this.#spentUs.get(step) ?? []
    spent.push((performance.now() - start) * 1000)
    this.#spentUs.set(step, spent)
    return result
  }

  /** Medians in microseconds, by step, and their sum as `all`. */
  get medians(): readonly (readonly [step: string, us: number])[] {
    const medians = [...this.#spentUs].map(([step, spent]) => {
      const counted = spent.slice(this.#warmUpRounds).toSorted((one, other) => one - other)
      return [step, counted[counted.length >> 1] ?? 0] as const
    })
    return [...medians, ['all', medians.reduce((sum, [, us]) => sum + us, 0)]]
  }
}
