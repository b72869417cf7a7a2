const clearToLineEnd = '\u001B[K'
const clearBelow = '\u001B[J'

/** What to write so that `height` lines drawn before give way to `lines`; one string, so that nothing flickers. */
function redraw(height: number, lines: readonly string[]): string {
  const back = height > 0 ? `\r\u001B[${height}A` : ''
  return back + lines.map((line) => `${line}${clearToLineEnd}\n`).join('') + (height > lines.length ? clearBelow : '')
}

/** Lines at the end of a terminal that stay there while other lines are written above them. */
export interface LiveRegion {
  show(lines: readonly string[]): void
  /** Writes `text` above the lines. */
  above(text: string, write: (text: string) => void): void
}

/** A live region on the stream behind `write`. */
export function createLiveRegion(write: (text: string) => void): LiveRegion {
  let shown: readonly string[] = []
  return {
    show(lines) {
      if (shown.length === 0 && lines.length === 0) return
      write(redraw(shown.length, lines))
      shown = lines
    },
    above(text, writeText) {
      if (shown.length === 0) return writeText(text)
      write(`\r\u001B[${shown.length}A${clearBelow}`)
      writeText(text)
      write(shown.map((line) => `${line}${clearToLineEnd}\n`).join(''))
    },
  }
}
