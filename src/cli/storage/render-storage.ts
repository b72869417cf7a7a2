import { downloadBytesPerSecond, type StorageChoice, type StoragePlan } from '../../plan/index.ts'
import { formatDuration, renderTable } from '../console/index.ts'
import type { Paint } from '../output.ts'
import { counted, formatGiB, hanging } from '../plan/index.ts'

/** What a storage plan is written on. */
export interface StorageSurface {
  readonly columns: number
  readonly paint: Paint
}

/** A storage plan for people: the models, every way with what it takes, and which one to take. */
export function renderStorage(plan: StoragePlan, { columns, paint }: StorageSurface): string[] {
  const { weights, unknown, choices, chosen, advice } = plan
  const models = weights.map(({ model, bytes, machines }) => [model, formatGiB(bytes), counted(machines, 'machine')])
  const head = [
    { title: 'WAY' },
    { title: 'COPIES', align: 'right' },
    { title: 'DISK', align: 'right' },
    { title: 'FETCHED', align: 'right' },
    { title: 'AT 1 GBIT/S', align: 'right' },
  ] as const
  const rows = choices.map((choice) => [
    choice.kind,
    String(choice.copies),
    formatGiB(choice.bytes),
    formatGiB(choice.fetchedBytes),
    formatDuration((choice.fetchedBytes / downloadBytesPerSecond) * 1_000),
  ])
  const [title = '', ...lines] = renderTable(head, rows)
  return [
    ...renderTable([{ title: 'MODEL' }, { title: 'WEIGHTS', align: 'right' }, { title: 'AT THE MOST ON' }], models),
    ...(unknown.length === 0
      ? []
      : hanging('', `Not counted, since nobody knows their size: ${unknown.join(', ')}`, columns)),
    '',
    title,
    ...lines.map((line, index) => marked(line, choices[index], plan, paint)),
    '',
    ...choices.flatMap((choice) => detailLines(choice, columns, paint)),
    ...hanging('', `${paint.bold(`Best here: ${advice.kind}`)}, since ${advice.reason}.`, columns),
    ...(chosen === null
      ? hanging('', `The Fleet leaves it open. Choose: fairlead storage plan --use ${advice.kind}`, columns)
      : hanging('', `The Fleet says ${chosen}.`, columns)),
  ]
}

function marked(
  line: string,
  choice: StorageChoice | undefined,
  { chosen, advice }: StoragePlan,
  paint: Paint,
): string {
  if (choice?.refusal !== undefined) return paint.dim(line)
  if (choice?.kind === chosen) return `${line}  ${paint.green('chosen')}`
  return choice?.kind === advice.kind ? `${line}  ${paint.cyan('best here')}` : line
}

function detailLines(
  { kind, title, needs, pros, cons, refusal }: StorageChoice,
  columns: number,
  paint: Paint,
): string[] {
  const list = (mark: string, texts: readonly string[]) => texts.flatMap((text) => hanging(`  ${mark} `, text, columns))
  return [
    `${paint.bold(kind)}: ${title}`,
    ...(refusal === undefined ? [] : hanging(`  ${paint.red('not here:')} `, refusal, columns)),
    ...list('needs', needs),
    ...list('+', pros),
    ...list('-', cons),
    '',
  ]
}
