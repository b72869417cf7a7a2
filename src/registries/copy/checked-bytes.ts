import { createHash } from 'node:crypto'
import { UserError } from '../../errors/index.ts'
import { PassingFailure } from '../../models/index.ts'
import type { Descriptor } from '../contract.ts'

/**
 * The bytes of a blob, with an error in place of the last piece where they are not those of its digest: whoever stores them never
 * has the whole of what is wrong.
 * @param from who gives them, for the error
 * @throws UserError for other bytes, or more; PassingFailure for fewer
 */
export async function* checkedBytes(
  pieces: AsyncIterable<Buffer>,
  { digest, size }: Descriptor,
  from: string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer | undefined
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    if (length > size) throw wrong(digest, from, `It sent more than the ${size} bytes that the manifest says.`)
    hash.update(piece)
    if (held !== undefined) yield held
    held = piece
  }
  if (length < size) throw new PassingFailure(`${from} sent ${length} of ${size} bytes of ${digest}`)
  const got = `sha256:${hash.digest('hex')}`
  if (got !== digest) throw wrong(digest, from, `What it sent is ${got}.`)
  if (held !== undefined) yield held
}

const wrong = (digest: string, from: string, why: string) =>
  new UserError({
    what: `${from} has a blob that is not what its digest says: ${digest}`,
    where: from,
    why,
    mend: 'Do not use it: ask whoever runs the registry, or take the image from where it is published.',
  })
