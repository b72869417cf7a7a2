import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StopStrings } from './stop-strings.ts'

/** What a reader sees when the text comes in these pieces. */
function shown(
  stops: readonly string[],
  pieces: readonly string[],
): { pieces: string[]; stoppedBy: string | undefined } {
  const cutter = new StopStrings(stops)
  const seen: string[] = []
  for (const piece of pieces) {
    const { text, stoppedBy } = cutter.push(piece)
    seen.push(text)
    if (stoppedBy !== undefined) return { pieces: seen, stoppedBy }
  }
  return { pieces: [...seen, cutter.flush()], stoppedBy: undefined }
}

describe('StopStrings', () => {
  it.each([
    ['no stop strings', [], ['a', 'b'], ['a', 'b', ''], undefined],
    ['within a piece', ['END'], ['oneENDtwo'], ['one'], 'END'],
    ['over three pieces', ['END'], ['aE', 'N', 'Db'], ['a', '', ''], 'END'],
    ['a beginning that comes to nothing', ['END'], ['aEN', 'x'], ['a', 'ENx', ''], undefined],
    ['a beginning at the very end', ['END'], ['aEN'], ['a', 'EN'], undefined],
    ['the first in the text wins', ['b', 'a'], ['xab'], ['x'], 'a'],
    ['an overlapping beginning', ['aab'], ['aa', 'ab!'], ['', 'a'], 'aab'],
    ['an empty one stops nothing', [''], ['ab'], ['ab', ''], undefined],
  ])('%s', (_case, stops, pieces, seen, stoppedBy) => {
    expect(shown(stops, pieces)).toEqual({ pieces: seen, stoppedBy })
  })

  it('shows the same text however it is cut into pieces, so that streaming and waiting clients read the same', () => {
    const letters = constantFrom('a', 'b', 'c')
    assert(
      property(
        array(string({ unit: letters, maxLength: 4 }), { maxLength: 12 }),
        array(string({ unit: letters, minLength: 1, maxLength: 4 }), { maxLength: 3 }),
        (pieces, stops) => {
          const inPieces = shown(stops, pieces)
          const places = stops.map((stop) => pieces.join('').indexOf(stop)).filter((place) => place >= 0)
          const expected = places.length === 0 ? pieces.join('') : pieces.join('').slice(0, Math.min(...places))
          // A longer stop string that begins earlier may still be incomplete when a shorter one inside it is whole.
          const seen = inPieces.pieces.join('')
          expect(pieces.join('').startsWith(seen)).toBe(true)
          expect(seen.length).toBeGreaterThanOrEqual(expected.length)
          for (const stop of stops) expect(seen.includes(stop)).toBe(false)
        },
      ),
    )
  })
})
