const newline = 10

/** Where a piece of at most `limit` bytes may end without cutting a UTF-8 character. */
function pieceEnd(bytes: Buffer, limit: number): number {
  let end = limit
  while (end > limit - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}

/**
 * The lines of a stream, without their ends. A line beyond `limitBytes` comes in pieces of that size, so that no stream makes
 * this process hold more.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<{ readonly text: string; readonly isWhole: boolean }> {
  /** Pieces of the line that has not ended; joined once, when it has. */
  let waiting: Buffer[] = []
  let waitingBytes = 0
  const take = (): Buffer => {
    const [only = Buffer.alloc(0)] = waiting
    const joined = waiting.length === 1 ? only : Buffer.concat(waiting, waitingBytes)
    waiting = []
    waitingBytes = 0
    return joined
  }
  const keep = (bytes: Buffer): void => {
    waiting.push(bytes)
    waitingBytes += bytes.length
  }
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      keep(bytes.subarray(start, end))
      start = end + 1
      let line = take()
      for (; line.length > limitBytes; line = line.subarray(pieceEnd(line, limitBytes))) {
        yield { text: line.toString('utf8', 0, pieceEnd(line, limitBytes)), isWhole: false }
      }
      yield { text: line.toString('utf8'), isWhole: true }
    }
    if (start < bytes.length) keep(bytes.subarray(start))
    if (waitingBytes <= limitBytes) continue
    let rest = take()
    for (; rest.length > limitBytes; rest = rest.subarray(pieceEnd(rest, limitBytes))) {
      yield { text: rest.toString('utf8', 0, pieceEnd(rest, limitBytes)), isWhole: false }
    }
    keep(rest)
  }
  if (waitingBytes > 0) yield { text: take().toString('utf8'), isWhole: true }
}
