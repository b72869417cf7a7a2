import { randomFillSync } from 'node:crypto'

/** What passes for an id of somebody else's: no blanks, nothing that a log or a header could trip over. */
const sane = /^[A-Za-z0-9._:/+=@-]{1,128}$/

/** The id that the client sent where it is sane, else a new one: 128 random bits in hexadecimal, as a trace id is. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && sane.test(header) ? header : newId()
}

const idBytes = 16
/** Randomness for the next ids: asked for one at a time, and written with its dashes, an id would cost several times as much. */
const randomness = Buffer.alloc(256 * idBytes)
let at = randomness.length

function newId(): string {
  if (at === randomness.length) {
    randomFillSync(randomness)
    at = 0
  }
  at += idBytes
  return randomness.toString('hex', at - idBytes, at)
}
