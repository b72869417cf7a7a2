import type { Paint } from '../output.ts'
import { accessText } from './access-text.ts'
import { isObject, shownValue, type LogRecord } from './log-record.ts'

/** Fields that are shown elsewhere in a line, or are the same in all of them. */
const knownFields = new Set(['level', 'time', 'msg', 'name', 'pid', 'hostname'])

/** The line as JSON, where it is a record of a logger. */
function readRecord(text: string): LogRecord | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value)) return undefined
    const { level, time, msg } = value
    if (typeof level !== 'string' || typeof time !== 'string' || typeof msg !== 'string') return undefined
    const at = new Date(time)
    return Number.isNaN(at.getTime()) ? undefined : { level, at, message: msg, fields: value }
  } catch {
    return undefined
  }
}

function paintLevel(level: string, paint: Paint): string {
  const shown = shownValue(level).toUpperCase().padEnd(5)
  if (level === 'error' || level === 'fatal') return paint.red(shown)
  return level === 'warn' ? paint.yellow(shown) : paint.green(shown)
}

function messageText({ level, message, fields }: LogRecord, paint: Paint): string {
  const rest = Object.entries(fields)
    .filter(([name]) => !knownFields.has(name))
    .map(([name, value]) => `${shownValue(name)}=${shownValue(value)}`)
  const words = `${paintLevel(level, paint)} ${shownValue(message)}`
  return rest.length === 0 ? words : `${words}  ${paint.dim(rest.join(' '))}`
}

/** A line of a log for people, with the time of day where they are; a line of no logger of ours stays as it is. */
export function renderLogLine(text: string, paint: Paint): string {
  const record = readRecord(text)
  if (record === undefined) return text
  const time = paint.dim(record.at.toTimeString().slice(0, 8))
  return `${time} ${accessText(record.fields, paint) ?? messageText(record, paint)}`
}
