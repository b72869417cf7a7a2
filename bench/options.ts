import { parseArgs } from 'node:util'
import { scenarioNames } from './scenarios.ts'

/** How thoroughly it is measured; results of different modes are not compared. */
export type Mode = 'full' | 'quick'

/** What `npm run bench -- …` may be told. */
export interface Options {
  readonly mode: Mode
  /** Measures of each target in each scenario. */
  readonly rounds: number
  /** Names of the scenarios to run; all when empty. */
  readonly scenarios: readonly string[]
}

/** Reads the command line; throws for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      scenario: { type: 'string', multiple: true, default: [] },
    },
  })
  const unknown = values.scenario.find((name) => !scenarioNames.includes(name))
  if (unknown !== undefined) throw new Error(`no scenario ${unknown}; there are ${scenarioNames.join(', ')}`)
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5))
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error('--rounds takes a number from 1 to 100')
  return { mode: values.quick ? 'quick' : 'full', rounds, scenarios: values.scenario }
}
