import type { Round } from '../measure/load-report.ts'

/** One thing that is read off a scenario's rounds. */
export interface Figure {
  readonly scenario: string
  readonly name: string
  readonly title: string
  readonly unit: 'µs' | 'ms' | 'MB' | 'k'
  /**
   * `cost`: compared as a ratio between targets. `added`: what is left after the same figure of the engine asked
   * directly is taken off. `plain`: as it is.
   */
  readonly kind: 'cost' | 'added' | 'plain'
  /** The figure of one round; undefined where it was not measured. */
  readonly of: (round: Round) => number | undefined
}

const perUnit = (total: number, count: number) => (count === 0 ? undefined : total / count)

const cpu = (scenario: string, unit: 'request' | 'event'): Figure => ({
  scenario,
  name: 'cpu',
  title: `CPU a ${unit}`,
  unit: 'µs',
  kind: 'cost',
  of: ({ gatewayCpuSeconds, requests, events }) =>
    perUnit(gatewayCpuSeconds * 1e6, unit === 'request' ? requests : events),
})

const instructions = (scenario: string, unit: 'request' | 'event'): Figure => ({
  scenario,
  name: 'instructions',
  title: `instructions a ${unit}`,
  unit: 'k',
  kind: 'cost',
  of: (round) =>
    round.instructions === undefined
      ? undefined
      : perUnit(round.instructions / 1000, unit === 'request' ? round.allRequests : round.allEvents),
})

const spread = (
  scenario: string,
  source: 'latencyUs' | 'firstTokenUs' | 'probeFirstTokenUs' | 'delayUs',
  what: string,
  percentile: 'p50' | 'p99',
): Figure => ({
  scenario,
  name: `${source.slice(0, -2)}.${percentile}`,
  title: `${what}, ${percentile}`,
  unit: 'µs',
  kind: 'added',
  of: (round) => (round[source].count === 0 ? undefined : round[source][percentile]),
})

const costs = (scenario: string, unit: 'request' | 'event') => [cpu(scenario, unit), instructions(scenario, unit)]

/** Everything that is shown and kept, in its order. */
export const figures: readonly Figure[] = [
  {
    scenario: 'idle',
    name: 'rss',
    title: 'memory with the connections open',
    unit: 'MB',
    kind: 'plain',
    of: ({ rssBytes }) => rssBytes / 1e6,
  },
  {
    scenario: 'idle',
    name: 'rss-before',
    title: 'memory before',
    unit: 'MB',
    kind: 'plain',
    of: ({ rssBeforeBytes }) => rssBeforeBytes / 1e6,
  },
  spread('unary_c1', 'latencyUs', 'added latency', 'p50'),
  spread('unary_c1', 'latencyUs', 'added latency', 'p99'),
  spread('sse_c1', 'firstTokenUs', 'added time to first token', 'p50'),
  spread('sse_c1', 'firstTokenUs', 'added time to first token', 'p99'),
  ...costs('unary_c64', 'request'),
  {
    scenario: 'unary_c64',
    name: 'latency.p99',
    title: 'latency under full load, p99',
    unit: 'ms',
    kind: 'plain',
    of: ({ latencyUs }) => latencyUs.p99 / 1000,
  },
  ...costs('unary_100k', 'request'),
  ...costs('routed_32k', 'request'),
  ...costs('sse_burst', 'event'),
  ...costs('sse_paced', 'event'),
  spread('sse_paced', 'delayUs', 'added delay of an event', 'p50'),
  spread('sse_paced', 'delayUs', 'added delay of an event', 'p99'),
  spread('sse_paced', 'firstTokenUs', 'added time to first token, all beginning in one second', 'p50'),
  spread('sse_paced', 'firstTokenUs', 'added time to first token, all beginning in one second', 'p99'),
  spread('sse_paced', 'probeFirstTokenUs', 'added time to first token of one more', 'p50'),
  spread('sse_paced', 'probeFirstTokenUs', 'added time to first token of one more', 'p99'),
]
