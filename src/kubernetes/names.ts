import { createHash } from 'node:crypto'

/** Longest DNS label (RFC 1123). */
const longestLabel = 63
const digestLength = 6

/**
 * A text as a DNS label: lower-case letters, digits and dashes, from a letter or digit to a letter or digit. What is cut
 * off is told apart by a digest of the whole: `meta-llama/Llama-3.1-8B` becomes `meta-llama-llama-3-1-8b`.
 * @param longest characters at the most, 8 to 63
 */
export function dnsLabel(text: string, longest = longestLabel): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  if (plain !== '' && plain.length <= longest) return plain
  const digest = digestOf(text)
  const head = plain.slice(0, longest - digestLength - 1).replace(/-+$/, '')
  return head === '' ? `x${digest}` : `${head}-${digest}`
}

/**
 * A DNS label for each text, no two alike: where two would be, each that is not spelt so itself gets a digest of its text.
 * The same texts give the same labels in any order.
 */
export function distinctLabels(texts: readonly string[], longest = longestLabel): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  const short = longest - digestLength - 1
  for (const text of new Set(texts)) {
    const label = dnsLabel(text, short)
    counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  const labelOf = (text: string): string => {
    const label = dnsLabel(text, short)
    return counts.get(label) === 1 || label === text ? label : `${label}-${digestOf(text)}`
  }
  return new Map(texts.map((text) => [text, labelOf(text)]))
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, digestLength)
