import type { Environment } from '../../files/index.ts'
import type { EventQuery, FleetEvent } from '../contract.ts'
import { readLogs } from './logs.ts'

/** A line of the supervisor's own in a log, as LogFile.event writes it. */
const ownLine = /^\[fairlead (\d{4}-[-\dT:.]+Z)\] (.*)$/
/** Lines from the end of each log in which events are looked for; engines write far more than the supervisor. */
const lookedThrough = 100_000
/** What the supervisor says of a process that came to harm. */
const harm = /ended|killed|not started again|did not|could not|signal|exit/i

/** What a line of a log tells of a process's life; undefined for what the process wrote itself. */
function eventOf(source: string, text: string): FleetEvent | undefined {
  const [, at, message] = ownLine.exec(text) ?? []
  if (at === undefined || message === undefined) return undefined
  const subject = source === 'gateway' ? 'gateway' : `replica ${source}`
  return { at, severity: harm.test(message) ? 'warning' : 'normal', subject, reason: '', message, count: 1 }
}

/** Starts and ends of a Fleet's processes, as its supervisor noted them in their logs. */
export async function* readEvents(
  fleet: string,
  environment: Environment,
  { subject, follow, signal }: EventQuery,
): AsyncGenerator<FleetEvent> {
  const about = subject === undefined ? {} : { subject }
  const past: FleetEvent[] = []
  for await (const { source, text } of readLogs(fleet, environment, {
    ...about,
    follow: false,
    tail: lookedThrough,
    signal,
  })) {
    const event = eventOf(source, text)
    if (event !== undefined) past.push(event)
  }
  yield* past.toSorted((a, b) => a.at.localeCompare(b.at))
  if (!follow) return
  const last = past.reduce((latest, { at }) => (at > latest ? at : latest), '')
  for await (const { source, text } of readLogs(fleet, environment, { ...about, follow: true, tail: 100, signal })) {
    const event = eventOf(source, text)
    if (event !== undefined && event.at > last) yield event
  }
}
