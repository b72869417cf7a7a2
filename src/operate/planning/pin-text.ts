import type { ReadFleet } from '../read-fleet.ts'

/** A source in a Fleet’s text, and what stands there instead. */
export interface PinnedSource {
  readonly path: string
  readonly asked: string
  readonly source: string
}

/**
 * The text of a Fleet with its sources replaced by what they mean now; all else stays as it is, comments too. Gateways get it, and
 * revisions keep it: what comes back with it is what ran. A source that is not written plainly where it stands (from a variable of the
 * environment, by an anchor, with escapes) stays.
 * @param sources in place of which there are addresses without a character that ends a word in YAML
 */
export function pinText(text: string, sources: readonly PinnedSource[], positionOf: ReadFleet['positionOf']): string {
  const starts = lineStarts(text)
  const edits = sources.flatMap(({ path, asked, source }) => {
    const position = positionOf(path)
    if (position === undefined) return []
    const start = (starts[position.line - 1] ?? 0) + position.column - 1
    const at = /["']/.test(text[start] ?? '') ? start + 1 : start
    return text.startsWith(asked, at) ? [{ at, asked, source }] : []
  })
  let pinned = text
  for (const { at, asked, source } of edits.toSorted((one, other) => other.at - one.at)) {
    pinned = pinned.slice(0, at) + source + pinned.slice(at + asked.length)
  }
  return pinned
}

/** Offsets at which lines begin; they end as in diagnostics. */
function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)]
}
