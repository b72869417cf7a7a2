import type { Recommendation, Tried } from '../../simulate/index.ts'
import { renderTable } from '../console/index.ts'
import { wrap } from '../help/index.ts'
import { money } from '../size/index.ts'
import { formatMs, formatPercent } from './figures.ts'
import type { Surface } from './surface.ts'

const counted = (count: number) => `${count} ${count === 1 ? 'replica' : 'replicas'}`

/** What to buy, and what fails with less. */
export function renderRecommendation({ best, below, choices }: Recommendation, surface: Surface): readonly string[] {
  return [
    ...(best === null ? renderNone(choices, surface) : renderBest(best, below, surface)),
    ...renderChoices(choices, best, surface),
  ]
}

function renderBest(best: Tried, below: Tried | null, { columns, paint, currency }: Surface): readonly string[] {
  const { result } = best
  const what = `${paint.bold(`${counted(best.replicas)} of ${best.choice.engine.title}`)} ${paint.green(best.replicas === 1 ? 'holds the SLO' : 'hold the SLO')}`
  const price = best.pricePerHour === 0 ? '' : ` for ${money(best.pricePerHour, currency)} an hour`
  const figures = `${formatPercent(result.goodput)} of the requests within it, TTFT p90 ${formatMs(result.ttftMs.p90)}, TPOT p90 ${formatMs(result.tpotMs.p90)}`
  const less =
    below === null
      ? 'There is no fewer than one replica.'
      : `With ${counted(below.replicas)} it does not hold: ${below.verdict.fails.join('; ')}.`
  return [...wrap(`${what}${price}: ${figures}.`, columns), ...wrap(less, columns)]
}

function renderNone(choices: readonly Tried[], { columns, paint }: Surface): readonly string[] {
  const [nearest] = choices.toSorted((one, other) => other.result.goodput - one.result.goodput)
  return [
    paint.red('Nothing that was tried holds the SLO.'),
    ...(nearest === undefined
      ? []
      : wrap(
          `Nearest: ${counted(nearest.replicas)} of ${nearest.choice.engine.title}: ${nearest.verdict.fails.join('; ')}.`,
          columns,
        )),
  ]
}

/** Each GPU with the fewest replicas that hold; of those that cannot be cheaper the most for the money that fail. */
function renderChoices(choices: readonly Tried[], best: Tried | null, { paint, currency }: Surface): readonly string[] {
  if (choices.length < 2) return []
  const rows = choices.map((one) => [
    one === best ? paint.bold(one.choice.name) : one.choice.name,
    String(one.replicas),
    one.verdict.holds ? paint.green('holds') : 'fails',
    formatPercent(one.result.goodput),
    formatMs(one.result.ttftMs.p90),
    formatMs(one.result.tpotMs.p90),
    money(one.pricePerHour, currency),
  ])
  const columns = [
    { title: 'GPU' },
    { title: 'REPLICAS', align: 'right' },
    { title: 'SLO' },
    { title: 'GOODPUT', align: 'right' },
    { title: 'TTFT P90', align: 'right' },
    { title: 'TPOT P90', align: 'right' },
    { title: 'AN HOUR', align: 'right' },
  ] as const
  return [
    '',
    ...renderTable(columns, rows),
    '',
    paint.dim('Tried in this order; after the first that holds, with the most replicas that would be cheaper.'),
  ]
}
