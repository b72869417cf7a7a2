/** What goes wrong on command. */
export class Faults {
  /** Part of an image's name, and what its registry answers. */
  readonly #pulls = new Map<string, string>()

  /** Has pulls of images whose names contain `part` fail with `message`; without one they work again. */
  failPulls(part: string, message?: string): void {
    if (message === undefined) this.#pulls.delete(part)
    else this.#pulls.set(part, message)
  }

  pullFailure(image: string): string | undefined {
    return [...this.#pulls].find(([part]) => image.includes(part))?.[1]
  }
}
