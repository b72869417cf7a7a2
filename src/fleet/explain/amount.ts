import { unitParsers, type UnitName } from '../schema/units.ts'

/** Ways to write a unit that people use, in lower case, and ours; which one fits is for the field’s parser to say. */
const spellings: readonly (readonly [string, string])[] = [
  ['', 's'],
  ['sec', 's'],
  ['secs', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['min', 'm'],
  ['mins', 'm'],
  ['minute', 'm'],
  ['minutes', 'm'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['day', 'd'],
  ['days', 'd'],
  ['b', ''],
  ['bytes', ''],
  ['kb', 'k'],
  ['mb', 'M'],
  ['gb', 'G'],
  ['tb', 'T'],
  ['kib', 'Ki'],
  ['mib', 'Mi'],
  ['gib', 'Gi'],
  ['tib', 'Ti'],
  ['g', 'G'],
  ['t', 'T'],
  ['token', ''],
  ['tokens', ''],
  ['cores', ''],
]

/** How to write what was probably meant by `8 GB`, `5 sec` or `32 k`; undefined when that is not clear. */
export function suggestAmount(unit: UnitName | 'secret' | undefined, found: unknown): string | undefined {
  if (unit === undefined || unit === 'secret' || typeof found !== 'string') return undefined
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(found.trim())
  if (match === null) return undefined
  const [, amount = '', written = ''] = match
  const meant = [written, ...spellings.filter(([from]) => from === written.toLowerCase()).map(([, to]) => to)]
  const fitting = meant.map((spelling) => `${amount}${spelling}`).find((text) => unitParsers[unit](text) !== undefined)
  return fitting === undefined ? undefined : `write ${fitting}`
}
