import { didYouMean, parseDuration, parseTokens } from '../../fleet/index.ts'
import { loadReportMs, policies } from '../../scheduling/index.ts'
import { usualShare, type FlowLimits, type Simulation, type SweepAxis } from '../../simulate/index.ts'
import type { CommandInput } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/** What is to hold, and for how many requests. */
export interface AskedSlo {
  readonly slo: Simulation['slo']
  /** Share of requests that must keep it, 0 to 1. */
  readonly share: number
  /** Whether a person asked for it, so that the exit code answers. */
  readonly isAsked: boolean
}

/** What the command line asks, but for the workload and the engine. */
export interface SimulateQuestion {
  readonly policies: readonly string[]
  readonly slo: AskedSlo
  readonly seed: number
  readonly rate: number
  readonly transferBitsPerSecond: number
  readonly gateways: number
  /** How often each gateway asks engines for their load; null for never. */
  readonly loadReportsMs: number | null
  readonly sweep: SweepAxis | undefined
  readonly recommend: boolean
  readonly autoscale: boolean
  readonly html: string | undefined
}

type Options = CommandInput['options']

/** The policy that the gateway uses, by the name that its row has. */
const defaultPolicy = 'default'
/** Of requirement row Q5, and of most published comparisons of chat services. */
const usualSlo = { ttftMs: 2000, tpotMs: 50 } as const
/** A link of a data centre's network; RDMA has two to four times as much. */
const usualLinkGigabits = 100
/** No engine is asked more often: a report takes milliseconds. */
const leastReportsMs = 10
/** Of a rate, and of Gbit/s: with less, hours become years. */
const leastAmount = 0.001
/** Of the Fleet's schema. */
const usualFlow = { maxQueue: 1000, maxWaitMs: 300_000 } as const

/** What the command line asks. @throws UserError (exit code 64) for what cannot be read. */
export function readQuestion(options: Options): SimulateQuestion {
  const recommend = options['recommend'] === true
  const sweep = readText(options['sweep']) as SweepAxis | undefined
  if (recommend && sweep !== undefined) {
    throw usageError({ what: '--sweep and --recommend are two questions', mend: 'Ask one at a time.' })
  }
  if (options['autoscale'] === true && (recommend || sweep !== undefined)) {
    throw usageError({ what: '--autoscale is a question of its own', mend: 'Leave --sweep and --recommend out.' })
  }
  const compared = readPolicies(readText(options['compare']))
  if (recommend && compared.length > 1) {
    throw usageError({
      what: '--recommend searches with one policy',
      why: `--compare names ${compared.length}.`,
      mend: 'Name one policy, or leave --compare out for the one that the gateway uses.',
    })
  }
  if (options['autoscale'] === true && compared.length > 1) {
    throw usageError({
      what: '--autoscale simulates one policy',
      why: `--compare names ${compared.length}.`,
      mend: 'Name one policy, or leave --compare out for the one that the gateway uses.',
    })
  }
  if (options['autoscale'] !== true && options['start-time'] !== undefined) {
    throw usageError({
      what: '--start-time is for --autoscale, without which all replicas serve from the beginning',
      mend: 'Add --autoscale, or leave --start-time out.',
    })
  }
  return {
    policies: compared,
    slo: readSlo(readText(options['slo']), recommend),
    seed: readInteger(options['seed']) ?? 1,
    rate: readAmount(options, 'rate', 1000, 'a factor such as 2 or 0.5, from 0.001 to 1000') ?? 1,
    transferBitsPerSecond:
      (readAmount(options, 'link', 100_000, 'Gbit/s such as 100, from 0.001 to 100000') ?? usualLinkGigabits) * 1e9,
    ...readGateways(options),
    sweep,
    recommend,
    autoscale: options['autoscale'] === true,
    html: readText(options['html']),
  }
}

/** How many gateways there are, and what they know of each other's load. */
function readGateways(options: Options): Pick<SimulateQuestion, 'gateways' | 'loadReportsMs'> {
  const gateways = readInteger(options['gateways']) ?? 1
  const text = readText(options['load-reports'])
  const asked = text === undefined ? loadReportMs : parseDuration(text)
  if (asked === undefined || (asked !== 0 && asked < leastReportsMs)) {
    throw usageError({
      what: `--load-reports ${text ?? ''} is not understood`,
      mend: 'Write --load-reports with a duration of 10ms or more, such as 1s, or 0s for never.',
    })
  }
  if (text !== undefined && gateways === 1) {
    throw usageError({
      what: '--load-reports says what several gateways know, and one is simulated',
      mend: 'Say with --gateways how many there are.',
    })
  }
  return { gateways, loadReportsMs: gateways === 1 || asked === 0 ? null : asked }
}

/** Policies by name; `all` is all of them. */
function readPolicies(text: string | undefined): readonly string[] {
  const names = policies.map(({ name }) => name)
  if (text === undefined) return [defaultPolicy]
  if (text.trim() === 'all') return names
  const asked = [...new Set(text.split(',').map((name) => name.trim()))]
  for (const name of asked) {
    if (names.includes(name)) continue
    const near = didYouMean(name, names)
    throw usageError({
      what: `There is no policy "${name}"`,
      why: near === undefined ? `Known are ${names.join(', ')}.` : `Did you mean ${near}?`,
      mend: `Write --compare all, or names with commas between them: ${names.join(',')}.`,
    })
  }
  return asked
}

function refuseSlo(text: string, why: string): never {
  throw usageError({
    what: `--slo ${text} is not understood`,
    why,
    mend: 'Write it as --slo ttft=2s,tpot=50ms, with share=99% where more than 90 % of the requests must keep it.',
  })
}

function readSlo(text: string | undefined, recommend: boolean): AskedSlo {
  if (text === undefined) return { slo: usualSlo, share: usualShare, isAsked: recommend }
  const parts: Record<string, number> = {}
  for (const part of text.split(',')) {
    const [name = '', ...values] = part.split('=').map((piece) => piece.trim())
    const value = values.join('=')
    if (Object.hasOwn(parts, name)) refuseSlo(text, `${name} stands in it twice.`)
    if (name === 'ttft' || name === 'tpot') {
      const ms = parseDuration(value)
      if (ms === undefined || ms <= 0) refuseSlo(text, `"${part}" has no duration such as 2s or 50ms.`)
      parts[name] = ms
    } else if (name === 'share') {
      const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(value)
      // By its digits: 99.9 / 100 is a little more than 999 of 1,000.
      const share = match === null ? Number.NaN : Number(`${match[1]}${match[2] === '%' ? 'e-2' : ''}`)
      if (!(share > 0 && share <= 1)) refuseSlo(text, `"${part}" has no share such as 99% or 0.99.`)
      parts[name] = share
    } else {
      refuseSlo(text, `"${part}" is none of ttft, tpot and share.`)
    }
  }
  const { ttft, tpot, share } = parts
  if (ttft === undefined && tpot === undefined) refuseSlo(text, 'It names neither ttft nor tpot.')
  // What is not named is not asked for.
  return {
    slo: { ttftMs: ttft ?? Infinity, tpotMs: tpot ?? Infinity },
    share: share ?? usualShare,
    isAsked: true,
  }
}

function readAmount(options: Options, name: string, most: number, expected: string): number | undefined {
  const text = readText(options[name])
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && value >= leastAmount && value <= most) return value
  throw usageError({ what: `--${name} ${text} is not understood`, mend: `Write --${name} with ${expected}.` })
}

/**
 * The queue before the replicas, as the command line changes the Fleet's; null where replicas get whatever comes.
 * @throws UserError (exit code 64) for what cannot be read, and for a queue where no replica is ever full.
 */
export function readFlow(options: Options, declared: FlowLimits | undefined): FlowLimits | null {
  const maxInFlight = readInteger(options['max-in-flight']) ?? declared?.maxInFlight
  const wait = readText(options['max-wait'])
  const maxWaitMs = wait === undefined ? (declared?.maxWaitMs ?? usualFlow.maxWaitMs) : parseDuration(wait)
  if (maxWaitMs === undefined || maxWaitMs <= 0) {
    throw usageError({
      what: `--max-wait ${wait ?? ''} is not understood`,
      mend: 'Write --max-wait with a duration such as 30s.',
    })
  }
  const queue = readInteger(options['queue'])
  if (maxInFlight !== undefined) {
    const maxQueue = queue ?? declared?.maxQueue ?? usualFlow.maxQueue
    return { maxInFlight, maxQueue, maxWaitMs, ...(declared?.saturation === true ? { saturation: true } : {}) }
  }
  if (queue === undefined && wait === undefined) return null
  throw usageError({
    what: 'A queue is asked for, and replicas get whatever comes',
    mend: 'Say with --max-in-flight how many requests a replica gets at once.',
  })
}

/** The tokens of an option; undefined when it was not given. @throws UserError (exit code 64) for no such number. */
export function readTokens(options: Options, name: string): number | undefined {
  const text = readText(options[name])
  if (text === undefined) return undefined
  const tokens = parseTokens(text)
  if (tokens !== undefined && tokens >= 1 && tokens <= 1e9) return tokens
  throw usageError({
    what: `--${name} ${text} is not understood`,
    mend: `Write --${name} with a number of tokens such as 8192 or 32k.`,
  })
}
