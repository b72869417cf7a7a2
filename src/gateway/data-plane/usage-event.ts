const marker = '"usage":'
/** Where one event ends: an empty line after LF, CRLF or CR. */
const eventEnd = /\r\n\r\n|\n\n|\r\r/g

/**
 * Whole events without the one that only carries usage: an empty `choices` beside a `usage` (OpenAI API reference,
 * `stream_options.include_usage`). The very same buffer when there is none, which one search tells in most cases; null
 * when nothing is left.
 */
export function withoutUsageEvent(events: Buffer): Buffer | null {
  if (!events.includes(marker)) return events
  // One character a byte, so that places in the text are places in the buffer.
  const text = events.toString('latin1')
  const kept: Buffer[] = []
  let start = 0
  for (const end of [...endsOfEvents(text), text.length]) {
    if (end > start && !isUsageEvent(text.slice(start, end))) kept.push(events.subarray(start, end))
    start = end
  }
  if (kept.length === 0) return null
  const length = kept.reduce((sum, part) => sum + part.length, 0)
  return length === events.length ? events : Buffer.concat(kept, length)
}

function endsOfEvents(text: string): number[] {
  return [...text.matchAll(eventEnd)].map((match) => match.index + match[0].length)
}

function isUsageEvent(event: string): boolean {
  if (!event.includes(marker) || !/"choices"\s*:\s*\[\s*\]/.test(event)) return false
  const data = event
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length))
  try {
    const { choices, usage } = JSON.parse(data.join('\n')) as { choices?: unknown; usage?: unknown }
    return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null
  } catch {
    return false
  }
}
