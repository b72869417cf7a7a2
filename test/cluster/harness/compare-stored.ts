/** A field that is stored otherwise than it was sent. */
export interface AlteredField {
  readonly path: string
  readonly sent: unknown
  /** Undefined when it is not there. */
  readonly stored: unknown
}

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** The number that an amount such as `500m` or `80Gi` says; undefined for other values. */
function amount(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const parts = typeof value === 'string' ? /^([+-]?[\d.]+(?:e\d+)?)([A-Za-z]*)$/.exec(value) : null
  const factor = parts?.[2] === '' ? 1 : suffixes[parts?.[2] ?? '']
  return parts === null || factor === undefined ? undefined : Number(parts[1]) * factor
}

/** The API server writes amounts in one form: `1000m` comes back as `1`. */
function isSameAmount(sent: unknown, stored: unknown): boolean {
  const wanted = amount(sent)
  return wanted !== undefined && wanted === amount(stored)
}

/** What the kinds of the API server leave out when it has no value: false, 0, '', [] and {}. */
const isEmpty = (value: unknown) =>
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/**
 * Fields of an object that came back changed, or not at all. What the server filled in beside them does not count, nor does
 * another way to write the same amount, nor an empty value that is left out.
 */
export function alteredFields(sent: unknown, stored: unknown, path = ''): AlteredField[] {
  if (sent === undefined || Object.is(sent, stored) || isSameAmount(sent, stored)) return []
  if (stored === undefined && isEmpty(sent)) return []
  if (Array.isArray(sent) && Array.isArray(stored)) {
    const items = sent.flatMap((item, index) => alteredFields(item, stored[index], `${path}[${index}]`))
    return sent.length === stored.length ? items : [...items, { path, sent, stored }]
  }
  if (typeof sent === 'object' && sent !== null && typeof stored === 'object' && stored !== null) {
    const fields = stored as Readonly<Record<string, unknown>>
    return Object.entries(sent).flatMap(([name, value]) =>
      alteredFields(value, fields[name], path === '' ? name : `${path}.${name}`),
    )
  }
  return [{ path, sent, stored }]
}
