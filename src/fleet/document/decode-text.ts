import type { Problem } from '../diagnostic.ts'

/** Largest Fleet file that is read, in bytes: as much as etcd takes for one object with room to spare (its limit is 1.5 MiB). */
export const fleetFileLimitBytes = 1024 * 1024

/** The text, or why there is none. */
export type Decoded =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text: string; readonly problem: Problem }

const byteOrderMarks: readonly { readonly encoding: string; readonly bytes: readonly number[] }[] = [
  { encoding: 'UTF-32', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { encoding: 'UTF-32', bytes: [0x00, 0x00, 0xfe, 0xff] },
  { encoding: 'UTF-16', bytes: [0xff, 0xfe] },
  { encoding: 'UTF-16', bytes: [0xfe, 0xff] },
]

/** Turns what a file holds into text: UTF-8, with or without byte order mark, free of control characters, of bounded size. */
export function decodeText(source: string | Uint8Array): Decoded {
  const size = typeof source === 'string' ? new TextEncoder().encode(source).length : source.length
  if (size > fleetFileLimitBytes) {
    return refuse(
      `the file has ${size.toLocaleString('en')} bytes; at most ${fleetFileLimitBytes.toLocaleString('en')} are read`,
      'check that this is the Fleet file; long texts such as chat templates go into files of their own',
    )
  }
  if (typeof source === 'string') return checkCharacters(source.startsWith('\uFEFF') ? source.slice(1) : source)
  const mark = byteOrderMarks.find(({ bytes }) => bytes.every((byte, index) => source[index] === byte))
  if (mark !== undefined) {
    return refuse(
      `the file is ${mark.encoding}; a Fleet file is UTF-8`,
      `save it as UTF-8, or convert it with iconv -f ${mark.encoding} -t UTF-8`,
    )
  }
  const text = new TextDecoder('utf-8').decode(source)
  return isUtf8(source)
    ? checkCharacters(text)
    : refuse('the file is not UTF-8 from here on', 'save it as UTF-8', text, Math.max(0, text.indexOf('\uFFFD')))
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Refuses what YAML calls non-printable (YAML 1.2.2, section 5.1): such a file is binary, or damaged. */
function checkCharacters(text: string): Decoded {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const found = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.exec(text)
  if (found === null) return { text }
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return refuse(
    `control character U+${code}: the file is no text`,
    'check that this is the Fleet file, and that it is saved as UTF-8',
    text,
    found.index,
  )
}

function refuse(message: string, suggestion: string, text = '', offset = 0): Decoded {
  return { text, problem: { path: [], message, suggestion, offset } }
}
