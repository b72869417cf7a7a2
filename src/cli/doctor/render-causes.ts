import type { Cause } from '../../operate/doctor/index.ts'
import type { Paint } from '../output.ts'
import { fitText } from './fit-text.ts'

/** Causes in their order, each with what was seen, the line to change and what that does. */
export function renderCauses(causes: readonly Cause[], columns: number, paint: Paint): string[] {
  if (causes.length === 0) return ['Nothing stands out in states, metrics and logs.']
  return causes.flatMap(({ model, what, seen, change, effect }, index) => {
    const rows = [
      ['Seen', seen],
      ['Change', change],
      ['Effect', effect],
    ] as const
    const told = rows.flatMap(([label, text]) =>
      fitText(text, columns - 12).map((line, at) => `   ${(at === 0 ? label : '').padEnd(8)}${line}`),
    )
    return [...(index === 0 ? [] : ['']), `${index + 1}. ${paint.bold(model)}: ${what}`].concat(told)
  })
}
