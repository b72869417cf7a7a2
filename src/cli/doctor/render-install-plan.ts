import type { InstallPlan } from '../../operate/doctor/index.ts'
import type { Paint } from '../output.ts'
import { fitText } from './fit-text.ts'

/** The steps of a plan, commands on lines of their own so that they can be copied. */
export function renderInstallPlan({ fleet, target, steps }: InstallPlan, columns: number, paint: Paint): string[] {
  if (steps.length === 0) return [`Fleet ${fleet} needs nothing installed for target ${target}.`]
  const commands = (title: string, lines: readonly string[]) =>
    ['', `   ${paint.dim(title)}`].concat(lines.map((line) => `   ${paint.cyan(line)}`))
  const shown = steps.flatMap((step, index) => [
    '',
    paint.bold(`${index + 1}. ${step.title} ${step.version}`),
    ...fitText(`It ${step.why}. Wanted because: ${step.because}.`, columns - 3).map((line) => `   ${line}`),
    ...commands('Install', step.install),
    ...commands('Wait until it works', step.wait),
    ...step.notes.flatMap((note) => fitText(note, columns - 5).map((line, at) => `   ${at === 0 ? '·' : ' '} ${line}`)),
    paint.dim(`   Version from ${step.source.project}, ${step.source.place}`),
  ])
  const gone = steps.toReversed().flatMap(({ title, uninstall }) => commands(title, uninstall))
  return [
    `Fleet ${paint.bold(fleet)}, target ${target}: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}. What is there already can be left out; nothing is run.`,
    ...shown,
    '',
    paint.bold('To take it away again, from the last to the first'),
    ...gone,
  ]
}
