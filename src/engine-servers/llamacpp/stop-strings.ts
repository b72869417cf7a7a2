/** What may be shown after a piece of text, and whether a stop string came. */
export interface StopVerdict {
  readonly text: string
  /** The stop string that ended the text. */
  readonly stoppedBy?: string
}

/** Cuts text that comes in pieces at the first stop string, and never lets a part of one through. */
export class StopStrings {
  readonly #stops: readonly string[]
  /** Text that may be the beginning of a stop string. */
  #held = ''

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '')
  }

  push(piece: string): StopVerdict {
    const text = this.#held + piece
    const first = this.#firstStop(text)
    if (first !== undefined) {
      this.#held = ''
      return { text: text.slice(0, first.index), stoppedBy: first.stop }
    }
    const heldLength = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)))
    this.#held = text.slice(text.length - heldLength)
    return { text: text.slice(0, text.length - heldLength) }
  }

  /** What was held back, once nothing more comes. */
  flush(): string {
    const held = this.#held
    this.#held = ''
    return held
  }

  #firstStop(text: string): { readonly index: number; readonly stop: string } | undefined {
    let first: { readonly index: number; readonly stop: string } | undefined
    for (const stop of this.#stops) {
      const index = text.indexOf(stop)
      if (index >= 0 && (first === undefined || index < first.index)) first = { index, stop }
    }
    return first
  }
}

/** Length of the longest end of `text` that is a beginning of `stop`, and not all of it. */
function overlap(text: string, stop: string): number {
  let length = Math.min(text.length, stop.length - 1)
  while (length > 0 && !text.endsWith(stop.slice(0, length))) length -= 1
  return length
}
