import type { Paint } from '../output.ts'
import { shownValue } from './log-record.ts'

/** Widths that hold what is usual, so that lines stand below each other; what is longer moves the rest of its line. */
const widths = { method: 4, path: 20, model: 12, replica: 14, durationMs: 6 } as const

const cell = (value: unknown, width: number) => (shownValue(value ?? '') || '-').padEnd(width)

function paintStatus(status: number, paint: Paint): string {
  const shown = String(status)
  if (status >= 500) return paint.red(shown)
  return status >= 400 ? paint.yellow(shown) : paint.green(shown)
}

/** `200 POST /v1/chat/completions small small-0 412 ms` for a record of the access log (src/observe/access-log.ts), else undefined. */
export function accessText(fields: Readonly<Record<string, unknown>>, paint: Paint): string | undefined {
  const { msg, status, method, path, model, replica, durationMs, reason } = fields
  if (msg !== 'request' || typeof status !== 'number' || typeof durationMs !== 'number') return undefined
  const cells = [
    paintStatus(status, paint),
    cell(method, widths.method),
    cell(path, widths.path),
    cell(model, widths.model),
    cell(replica, widths.replica),
    `${String(Math.round(durationMs)).padStart(widths.durationMs)} ms`,
    ...(typeof reason === 'string' && reason !== '' ? [paint.yellow(shownValue(reason))] : []),
  ]
  return cells.join(' ')
}
