const months = 'January February March April May June July August September October November December'.split(' ')
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const two = (value: number): string => String(value).padStart(2, '0')

/**
 * A time as Python's `strftime` writes it, in UTC as containers have it: an engine in another zone disagrees around
 * midnight.
 */
export function strftime(timeMs: number, format: string): string {
  const time = new Date(timeMs)
  const month = months[time.getUTCMonth()] ?? ''
  const day = days[time.getUTCDay()] ?? ''
  const parts: Readonly<Record<string, string>> = {
    '%Y': String(time.getUTCFullYear()),
    '%m': two(time.getUTCMonth() + 1),
    '%d': two(time.getUTCDate()),
    '%B': month,
    '%b': month.slice(0, 3),
    '%A': day,
    '%a': day.slice(0, 3),
    '%H': two(time.getUTCHours()),
    '%M': two(time.getUTCMinutes()),
    '%S': two(time.getUTCSeconds()),
    '%%': '%',
  }
  return format.replaceAll(/%[A-Za-z%]/g, (part) => parts[part] ?? part)
}
