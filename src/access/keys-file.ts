import { UserError } from '../errors/index.ts'
import type { ApiKeys, KeyOwner } from './api-keys.ts'

/** A key of a keys file asks every model, and opens neither metrics nor administration. */
const ownerOf = (name: string): KeyOwner => ({
  name,
  scopes: new Set(['inference']),
  models: null,
  team: null,
  priority: null,
  expiresAt: null,
})

/**
 * Adds the keys of a keys file: on each line a name, blanks, then the key or `sha256:` and its hexadecimal digest;
 * empty lines and lines that start with `#` mean nothing.
 * @throws UserError for the first line that is none of these; the key itself is never shown.
 */
export function addKeysOfFile(keys: ApiKeys, content: string, file: string): void {
  content.split(/\r\n|\r|\n/).forEach((text, index) => {
    const line = text.trim()
    if (line === '' || line.startsWith('#')) return
    const where = `${file}:${index + 1}`
    const [name = '', key, ...rest] = line.split(/\s+/)
    if (key === undefined || rest.length > 0) {
      throw new UserError({
        what: 'A line of the keys file is not a name and a key',
        where,
        why: key === undefined ? 'It has one word only.' : `It has ${rest.length + 2} words.`,
        mend: 'Write: name, a blank, then the key or sha256: and its hexadecimal digest.',
      })
    }
    if (!key.startsWith('sha256:')) {
      keys.add(ownerOf(name), key, where)
      return
    }
    if (!/^sha256:[0-9a-fA-F]{64}$/.test(key)) {
      throw new UserError({
        what: `The digest of ${name} is not a SHA-256 digest`,
        where,
        why: 'After sha256: there must be 64 hexadecimal digits.',
        command: "printf %s 'the-key' | sha256sum",
      })
    }
    keys.addDigest(ownerOf(name), Buffer.from(key.slice('sha256:'.length), 'hex'), where)
  })
}
