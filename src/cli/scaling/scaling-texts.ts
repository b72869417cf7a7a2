import type { ExplainedScaling } from '../../operate/scaling/index.ts'
import { formatDuration } from '../console/index.ts'

type Decision = ExplainedScaling['decision']
type Signal = Decision['signals'][number]
type Limit = Decision['limits'][number]

/** A signal: its figure against its target, and what it asks for. */
export function signalText({ name, value, target, replicas, ignored }: Signal): string {
  const asks = `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`
  const why =
    ignored === undefined
      ? ''
      : ignored === 'replicas_start'
        ? '; not more, while replicas start'
        : '; each request has a replica to itself'
  return `${asks} by ${figures[name](value, target)}${why}`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const figures: Readonly<Record<Signal['name'], (value: number, target: number) => string>> = {
  queue: (value, target) => `queue: ${value} wait, ${target} a replica add one`,
  requests: (value, target) => `requests: ${value} in flight, a replica takes ${target}`,
  tokens: (value, target) => `tokens: ${Math.round(value)} in flight, a replica holds ${target}`,
  kv_cache: (value, target) => `KV cache: ${percent(value)} in use, ${percent(target)} is full`,
  ttft: (value, target) => `TTFT: ${formatDuration(value)} at the median, ${formatDuration(target)} is asked for`,
}

/** What turned one number into the next. */
export function limitText({ name, from, to }: Limit, pool: ExplainedScaling): string {
  return `${from} → ${to}: ${limits[name](pool)}`
}

const limits: Readonly<Record<Limit['name'], (pool: ExplainedScaling) => string>> = {
  up_window: ({ upAfterMs }) => `the need has not lasted for upAfter, ${formatDuration(upAfterMs)}`,
  down_window: ({ downAfterMs }) => `replicas have not been spare for downAfter, ${formatDuration(downAfterMs)}`,
  pace: () => 'up by 2 or to twice as many at a time, down by 1',
  minimum: ({ min }) => `minReplicas is ${min}`,
  maximum: ({ max }) => `maxReplicas is ${max}`,
  gpus: () => 'there are no more GPUs',
  zero_window: ({ toZeroAfterMs }) => `not without requests for toZeroAfter, ${formatDuration(toZeroAfterMs)}`,
  incomplete: () => 'a gateway did not answer, so nothing is removed',
  too_few_before: () => 'with fewer there were too few under as many requests a second',
}
