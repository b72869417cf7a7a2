/** What stands in the place of a secret, with what it was where that is known. */
const mark = (kind: string) => `[redacted ${kind}]`

/** A form that secrets have, wherever they stand in a text. */
interface SecretForm {
  readonly kind: string
  readonly pattern: RegExp
  /** What is written in its place; the mark alone when absent. `$1` is what stands before the secret and is kept. */
  readonly kept?: string
}

/**
 * Forms of secrets in texts, in the order in which they are looked for: those that span others first. Tokens by the forms that
 * their issuers publish for scanners; a few characters fewer are taken for one too, since here a miss costs more than a mark too
 * many.
 */
const forms: readonly SecretForm[] = [
  {
    // RFC 7468; one that a cut has left without an end goes to the end of the text. In JSON its lines end in `\n`.
    kind: 'private key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$(?![\s\S]))/g,
  },
  // RFC 7519: header and claims are JSON objects, whose first character `{"` is `eyJ` in base64url.
  { kind: 'JWT', pattern: /\beyJ[\w-]{6,2048}\.eyJ[\w-]{6,}(?:\.[\w-]*)?/g },
  // RFC 3986 section 3.2.1: user and password, or a token alone, before the host.
  { kind: 'user', pattern: /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,1024}(?=@)/gi, kept: '$1' },
  // RFC 9110 section 11.4. Eight characters and more, so that “Bearer token” in prose stays.
  { kind: 'credentials', pattern: /\b((?:Bearer|Basic)[ +])[\w.~+/=-]{8,}/gi, kept: '$1' },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{16,}/g },
  { kind: 'API key', pattern: /\bsk-[A-Za-z0-9_-]{16,}/g },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})/g },
  { kind: 'GitLab token', pattern: /\bglpat-[\w-]{16,}/g },
  { kind: 'NGC key', pattern: /\bnvapi-[\w-]{40,}/g },
  { kind: 'Weights & Biases key', pattern: /\bwandb_v1_\w{40,}/g },
  { kind: 'Slack token', pattern: /\bxox[abprs]-[\w-]{10,}/g },
  { kind: 'Google API key', pattern: /\bAIza[\w-]{30,}/g },
]

/** Names of variables, fields, flags and parameters whose values are secrets: by their last words. */
const secretWords =
  '(?:token|secret|password|passwd|passphrase|pwd|credentials?|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?key|encryption[_-]?key|account[_-]?key|master[_-]?key|salt|authorization|cookie|signature|sig|client[_-]?key[_-]?data|auth)'
const secretName = new RegExp(`(?:^|[^A-Za-z0-9])${secretWords}$`, 'i')
/** Names that end so and mean tokens of a model, or the working folder. */
const notSecret =
  /(?:^|[_.-])(?:pad|eos|bos|stop|unk|cls|sep|mask|image|input|output|prompt|per|first|last|next|each)[_-]?token$|^(?:old)?pwd$/i

/** camelCase as the words it has: `apiKey` is `api_Key`. */
const spelled = (name: string) => name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')

/** Whether the name of a variable or field says that its value is a secret. */
export function isSecretName(name: string): boolean {
  const words = spelled(name)
  return secretName.test(words) && !notSecret.test(words)
}

/** Values that are no secrets whatever their names: nothing, a switch, a reference to where the secret is. */
const isPlain = (value: string) =>
  /^(?:|null|none|true|false|\*+|\d{1,4}|\$[({]?\w*[)}]?|\[redacted[^\]]*\]?)$/i.test(value.trim())

/** Every length is bounded, so that no text takes long. */
const name = String.raw`\w[\w.-]{0,127}`
/** A name and what stands between it and its value. */
const assignments: readonly RegExp[] = [
  // As environments of containers are written in YAML and JSON.
  new RegExp(String.raw`["']?name["']?:\s{0,8}["']?(${name})["']?,?\s{1,200}["']?value["']?:[ \t]{0,8}`, 'g'),
  new RegExp(String.raw`--(${name})[ \t]{1,8}`, 'g'),
  // `NAME=value`, `name: value`, `"name": "value"`, `--name=value`, `?name=value`.
  new RegExp(String.raw`(?<!\w)(${name})\\?["']?[ \t]{0,8}[:=][ \t]{0,8}`, 'g'),
]
/**
 * A value: in quotes, which a cut may have left open; in quotes that JSON escapes within a string; else to the next space or
 * mark.
 */
const valueForm = /(\\")([^"\\\n]*)|(")((?:[^"\\\n]|\\.)*)|(')([^'\n]*)|()([^\s,&;"'(){}[\]\\<>]+)/y

function withoutAssigned(text: string, assignment: RegExp): string {
  const pieces: string[] = []
  let done = 0
  for (const found of text.matchAll(assignment)) {
    const [before, called = ''] = found
    if (found.index < done || !isSecretName(called)) continue
    valueForm.lastIndex = found.index + before.length
    const [whole = '', ...parts] = valueForm.exec(text) ?? []
    const [opening = '', inner = ''] = parts.filter((part) => part !== undefined)
    if (isPlain(inner)) continue
    const start = found.index + before.length
    pieces.push(text.slice(done, start), opening, mark(spelled(called).toLowerCase()))
    done = start + whole.length
  }
  return pieces.length === 0 ? text : pieces.join('') + text.slice(done)
}

const keyEnd = /-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY/
const keyLine = /[A-Za-z0-9+/=]{16,}\s*$/

/** Ends of private keys whose beginnings a cut has taken: the lines of base64 before them go too. */
function withoutEndsOfKeys(text: string): string {
  if (!keyEnd.test(text)) return text
  const lines = text.split('\n')
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    if (!keyEnd.test(lines[at] ?? '')) continue
    lines[at] = mark('private key')
    for (; at > 0 && keyLine.test(lines[at - 1] ?? ''); at -= 1) lines[at - 1] = mark('private key')
  }
  return lines.join('\n')
}

/** Takes secrets out of texts and of JSON values. */
export interface Redactor {
  text(text: string): string
  /** The same within a value: strings, and what stands under the name of a secret; everything else is as it was. */
  value(value: unknown): unknown
}

/** Shorter ones would be found in words that are none. */
const shortestKnown = 8

/**
 * A redactor of everything that has the form or the name of a secret, and of secrets that are known: as they are, in base64 and
 * as in a URL, wherever they stand.
 */
export function createRedactor(known: readonly string[] = []): Redactor {
  const spellings = known.flatMap((secret) =>
    secret.length < shortestKnown
      ? []
      : [
          secret,
          encodeURIComponent(secret),
          JSON.stringify(secret).slice(1, -1),
          Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        ],
  )
  const wholes = [...new Set(spellings)].toSorted((one, other) => other.length - one.length)
  const text = (given: string): string => {
    const unknown = wholes.reduce((rest, secret) => rest.replaceAll(secret, mark('secret')), given)
    const formless = forms.reduce(
      (rest, { kind, pattern, kept = '' }) => rest.replaceAll(pattern, `${kept}${mark(kind)}`),
      unknown,
    )
    return assignments.reduce(withoutAssigned, withoutEndsOfKeys(formless))
  }
  /** An element of a list, which is a secret where the one before it is the flag of one. */
  const argument = (given: unknown, before: unknown): unknown => {
    const flag = typeof before === 'string' && /^--?[\w-]+$/.test(before) ? before.replace(/^-+/, '') : ''
    const isSecret = typeof given === 'string' && isSecretName(flag) && !given.startsWith('-') && !isPlain(given)
    return isSecret ? mark(flag) : value(given)
  }
  const value = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given)
    if (Array.isArray(given)) return given.map((each, index) => argument(each, given[index - 1]))
    if (typeof given !== 'object' || given === null) return given
    const fields = Object.entries(given)
    const { name } = given as { readonly name?: unknown }
    const isNamedSecret = typeof name === 'string' && isSecretName(name)
    return Object.fromEntries(
      fields.map(([field, inner]) => {
        const isSecret = typeof inner === 'string' && (isSecretName(field) || (field === 'value' && isNamedSecret))
        return [text(field), isSecret && !isPlain(inner) ? mark(isNamedSecret ? String(name) : field) : value(inner)]
      }),
    )
  }
  return { text, value }
}

/** The secrets among environment variables, by their names. */
export function secretsAmong(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value !== '' && isSecretName(name) ? [value] : [],
  )
}
