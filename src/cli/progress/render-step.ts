import { formatBytes, formatDuration } from '../console/index.ts'
import type { Paint } from '../output.ts'
import { bytesPerSecond, timeLeftMs, type StepState } from './step-state.ts'

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const spinnerFrameMs = 100
const barCells = 20
/** Terminals narrower than this get no bar. */
const narrowestForBar = 80

/** `████████░░░░` */
export function renderBar(fraction: number, cells: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * cells)
  return '█'.repeat(filled) + '░'.repeat(cells - filled)
}

function bytesText({ doneBytes, totalBytes }: StepState): string | undefined {
  if (doneBytes === undefined) return undefined
  return totalBytes === undefined ? formatBytes(doneBytes) : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
}

function fractionOf({ doneBytes, totalBytes }: StepState): number | undefined {
  return doneBytes === undefined || totalBytes === undefined || totalBytes <= 0 ? undefined : doneBytes / totalBytes
}

/** Rate and time left of a step that moves bytes, else what it does and for how long. */
function details(step: StepState, nowMs: number): readonly string[] {
  const parts = [step.message, bytesText(step)]
  if (step.doneBytes === undefined) {
    const elapsedMs = nowMs - step.startedAtMs
    parts.push(elapsedMs >= 1_000 ? `${Math.floor(elapsedMs / 1000)} s` : undefined)
  } else {
    const rate = bytesPerSecond(step, nowMs)
    const left = timeLeftMs(step, nowMs)
    parts.push(rate === undefined ? undefined : `${formatBytes(rate)}/s`)
    parts.push(
      left === undefined ? undefined : `${formatDuration(Math.ceil(left / 1000) * 1000).replace('.0 s', ' s')} left`,
    )
  }
  return parts.filter((part) => part !== undefined)
}

/** The text of a running step: for logs, and for what stands beside the spinner. */
export function describeStep(step: StepState, nowMs: number, bar = ''): string {
  const fraction = fractionOf(step)
  const percent = fraction === undefined ? [] : [`${String(Math.floor(fraction * 100)).padStart(3)} %`]
  return [step.title, ...(bar === '' ? [] : [bar]), ...percent, ...details(step, nowMs)].join('  ')
}

/** One line of a terminal for a running step, cut to its width. */
export function renderRunningStep(step: StepState, nowMs: number, columns: number, paint: Paint): string {
  const frame = spinnerFrames[Math.floor(nowMs / spinnerFrameMs) % spinnerFrames.length] ?? ''
  const fraction = fractionOf(step)
  const bar = fraction === undefined || columns < narrowestForBar ? '' : renderBar(fraction, barCells)
  const text = describeStep(step, nowMs, bar)
  const room = Math.max(10, columns - 3)
  return `${paint.cyan(frame)} ${text.length > room ? `${text.slice(0, room - 1)}…` : text}`
}

/** What is said once a step is done: `message` in place of its title where there is one, what it moved, how long it took. */
export function describeSuccess(step: StepState, nowMs: number, message?: string): string {
  if (message !== undefined) return message
  const elapsedMs = nowMs - step.startedAtMs
  const elapsed = formatDuration(elapsedMs)
  if (step.doneBytes !== undefined) return `${step.title}  ${formatBytes(step.doneBytes)} in ${elapsed}`
  return elapsedMs >= 1_000 ? `${step.title}  ${elapsed}` : step.title
}
