/** A file in an archive. */
export interface TarFile {
  /** Relative, with `/`: its last part within 100 bytes, what is before it within 155. */
  readonly path: string
  readonly content: Uint8Array
}

const blockBytes = 512

/** Octal digits with zeros before them and a NUL behind, as numbers of a header are. */
const octal = (value: number, bytes: number) => `${value.toString(8).padStart(bytes - 1, '0')}\0`

/** Regular files as one archive, readable by their owner (POSIX.1-2017, pax, “ustar Interchange Format”). */
export function tarOf(files: readonly TarFile[], modifiedAt: Date): Buffer {
  const seconds = Math.floor(modifiedAt.getTime() / 1000)
  const blocks = files.flatMap(({ path, content }) => {
    const padding = (blockBytes - (content.length % blockBytes)) % blockBytes
    return [headerOf(path, content.length, seconds), content, Buffer.alloc(padding)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)])
}

function headerOf(path: string, bytes: number, seconds: number): Buffer {
  const cut = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, Math.max(0, cut)), path.slice(cut + 1)]
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(folder) > 155) throw new Error(`${path} is too long for a tar`)
  const header = Buffer.alloc(blockBytes)
  header.write(name, 0)
  header.write(octal(0o600, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(bytes, 12), 124)
  header.write(octal(seconds, 12), 136)
  // While it is summed up, the field of the sum holds spaces.
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  header.write(folder, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
