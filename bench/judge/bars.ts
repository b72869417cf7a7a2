import { targetNames } from '../targets/contract.ts'
import type { Mode } from '../options.ts'
import type { Result } from './summarise.ts'
import type { Span } from './statistics.ts'

/** What the gateway promises. */
interface Bar {
  readonly title: string
  readonly row: string
  /** The target that it is a ratio to; absent for a plain value. */
  readonly ratioTo?: string
  readonly atMost: number
  /** Whether it is the aim beyond the bar. */
  readonly isAim?: boolean
  /** The modes that can tell; all when absent. --quick has fewer connections, real time has stalls that spoil a p99. */
  readonly judgedIn?: readonly Mode[]
}

/** A bar with what was found. */
export interface JudgedBar {
  readonly title: string
  readonly atMost: number
  readonly found: Span
  readonly isAim: boolean
  /** By the median. */
  readonly isHeld: boolean
}

const { nginx, bareNode } = targetNames

const costs = (row: string, what: string): Bar[] => [
  { title: `${what}: CPU × bare Node`, row, ratioTo: bareNode, atMost: 1.3 },
  { title: `${what}: CPU × nginx`, row, ratioTo: nginx, atMost: 1.25, isAim: true },
]

const bars: readonly Bar[] = [
  ...costs('unary_c64.cpu', 'unary, 1.2 kB'),
  ...costs('unary_100k.cpu', 'unary, 100 kB'),
  {
    title: 'routed by prefix, 32 kB, 4 engines: CPU × bare Node in turn',
    row: 'routed_32k.cpu',
    ratioTo: bareNode,
    atMost: 1.3,
  },
  {
    title: 'routed by prefix, 32 kB, 4 engines: CPU × nginx in turn',
    row: 'routed_32k.cpu',
    ratioTo: nginx,
    atMost: 1.5,
    isAim: true,
  },
  ...costs('sse_burst.cpu', 'streams in bursts'),
  ...costs('sse_paced.cpu', 'paced streams'),
  { title: 'added latency p99 at 1 connection, µs', row: 'unary_c1.latency.p99', atMost: 200 },
  { title: 'added latency p99 at 1 connection, µs', row: 'unary_c1.latency.p99', atMost: 100, isAim: true },
  { title: 'added time to first token p99 at 1 connection, µs', row: 'sse_c1.firstToken.p99', atMost: 300 },
  {
    title: 'added delay of an event p99, 1,000 streams, µs',
    row: 'sse_paced.delay.p99',
    atMost: 2500,
    judgedIn: ['full'],
  },
  {
    title: 'added time to first token p99, while 1,000 streams run, µs',
    row: 'sse_paced.probeFirstToken.p99',
    atMost: 3000,
    judgedIn: ['full'],
  },
  {
    title: 'memory with 10,000 idle connections, MB',
    row: 'idle.rss',
    atMost: 300,
    judgedIn: ['full', 'full real-time'],
  },
]

/** Holds the result against the bars; what was not measured is left out. */
export function judgeBars({ rows, mode }: Pick<Result, 'rows' | 'mode'>): JudgedBar[] {
  return bars.flatMap(({ title, row, ratioTo, atMost, isAim = false, judgedIn }) => {
    const measured = rows.find(({ key }) => key === row)
    const found = ratioTo === undefined ? measured?.values[targetNames.fairlead] : measured?.ratios[ratioTo]
    if (found === undefined || judgedIn?.includes(mode) === false) return []
    return [{ title, atMost, found, isAim, isHeld: found.median <= atMost }]
  })
}
