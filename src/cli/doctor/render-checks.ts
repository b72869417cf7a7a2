import type { CheckResult } from '../../operate/doctor/index.ts'
import { fitText } from './fit-text.ts'
import type { Paint } from '../output.ts'

const marks: Readonly<Record<CheckResult['state'], string>> = {
  ok: '✓',
  warning: '!',
  failed: '✗',
  'not-checked': '-',
  'not-applicable': '·',
}

function mark(state: CheckResult['state'], paint: Paint): string {
  if (state === 'ok') return paint.green(marks[state])
  if (state === 'warning') return paint.yellow(marks[state])
  return state === 'failed' ? paint.red(marks[state]) : paint.dim(marks[state])
}

/** A check as lines: what it asks, what was found, and where it does not hold, what to do. */
export function renderCheck(result: CheckResult, columns: number, paint: Paint): string[] {
  const { state, what, detail, id } = result
  if (state === 'ok') return [`${mark(state, paint)} ${what} ${paint.dim(`(${detail})`)}`]
  if (state === 'not-applicable') return [paint.dim(`${marks[state]} ${what}: ${detail}`)]
  if (state === 'not-checked') return [paint.dim(`${marks[state]} ${what}: not checked, ${detail}`)]
  const told = [
    ['Found', detail],
    ['Why', result.why],
    ['How', result.how],
    ['Mend', result.mend],
  ] as const
  return [
    `${mark(state, paint)} ${paint.bold(`Not so: ${what}`)} ${paint.dim(id)}`,
    ...told.flatMap(([label, text]) =>
      text === undefined
        ? []
        : fitText(text, columns - 11).map((line, index) => `    ${(index === 0 ? label : '').padEnd(7)}${line}`),
    ),
    ...(result.command === undefined ? [] : [`    ${'Run'.padEnd(7)}${paint.cyan(result.command)}`]),
  ]
}

/** How all of them came out, in one line. */
export function renderSummary(results: readonly CheckResult[], paint: Paint): string {
  const count = (state: CheckResult['state']) => results.filter((result) => result.state === state).length
  const parts = [
    `${count('ok')} hold`,
    ...(count('failed') === 0 ? [] : [paint.red(`${count('failed')} fail`)]),
    ...(count('warning') === 0 ? [] : [paint.yellow(`${count('warning')} warn`)]),
    ...(count('not-checked') === 0 ? [] : [`${count('not-checked')} not checked`]),
    ...(count('not-applicable') === 0 ? [] : [paint.dim(`${count('not-applicable')} without anything to look at`)]),
  ]
  return `${results.length} checks: ${parts.join(', ')}`
}
