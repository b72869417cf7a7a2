/** No text has this byte (RFC 3629: UTF-8 never does), so that no client can write a mark. */
const edge = 0xff
/** Bytes of a name that count; engines' own have 64, clients' own mostly 36. */
const mostBytes = 256

/**
 * What stands in the index for an image, all its pieces together: its name, as the engine knows it. How many tokens the
 * image takes is not part of it, since whoever looks a prompt up does not know.
 */
export function imageMark(name: string): Buffer {
  const bytes = Buffer.from(name).subarray(0, mostBytes)
  const mark = Buffer.alloc(bytes.length + 2, edge)
  bytes.copy(mark, 1)
  return mark
}
