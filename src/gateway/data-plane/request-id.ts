import { randomUUID } from 'node:crypto'

/** What passes for an id of somebody else's: no blanks, nothing that a log or a header could trip over. */
const sane = /^[A-Za-z0-9._:/+=@-]{1,128}$/

/** The id that the client sent where it is sane, else a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && sane.test(header) ? header : randomUUID()
}
