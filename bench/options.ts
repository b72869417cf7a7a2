import { parseArgs } from 'node:util'
import { scenarioNames } from './scenarios.ts'

/** How it is measured; results of different modes are not compared. */
export type Mode = 'full' | 'quick' | 'full real-time' | 'quick real-time'

/** What is measured: the gateway beside others, or what a large Fleet costs its operator. */
export type Subject = 'gateway' | 'cluster'

/** What `npm run bench -- …` may be told. */
export interface Options {
  readonly subject: Subject
  readonly mode: Mode
  /** Whether windows are short and loads small. */
  readonly isQuick: boolean
  /** Measures of each target in each scenario. */
  readonly rounds: number
  /** Whether everything is measured in the real-time class: for a machine that others use, who get little meanwhile. */
  readonly isRealTime: boolean
  /** Names of the scenarios to run; all when empty. */
  readonly scenarios: readonly string[]
  /** Measures how throughput grows up to so many workers, in place of everything else; null does not. */
  readonly workers: number | null
}

/** Reads the command line; throws for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      'real-time': { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      workers: { type: 'string' },
    },
  })
  const [subject = 'gateway', ...rest] = positionals
  if ((subject !== 'gateway' && subject !== 'cluster') || rest.length > 0)
    throw new Error(`${positionals.join(' ')} is nothing to measure; there are gateway and cluster`)
  const unknown = values.scenario.find((name) => !scenarioNames.includes(name))
  if (unknown !== undefined) throw new Error(`no scenario ${unknown}; there are ${scenarioNames.join(', ')}`)
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5))
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error('--rounds takes a number from 1 to 100')
  const workers = values.workers === undefined ? null : Number(values.workers)
  if (workers !== null && (!Number.isInteger(workers) || workers < 2 || workers > 256)) {
    throw new Error('--workers takes a number from 2 to 256')
  }
  const thoroughness = values.quick ? 'quick' : 'full'
  return {
    subject,
    mode: values['real-time'] ? `${thoroughness} real-time` : thoroughness,
    isQuick: values.quick,
    isRealTime: values['real-time'],
    rounds,
    scenarios: values.scenario,
    workers,
  }
}
