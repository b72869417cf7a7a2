/** One kind of load, put on each target in turn. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** What CPU time is divided by. */
  readonly unit: 'request' | 'event' | 'connection'
  /** Whether the engine is also asked without anything between, to know what a gateway adds. */
  readonly asksDirectly: boolean
  /** Whether engine, gateway and load share one core, so that no request waits for a sleeping core to wake. */
  readonly isTogether: boolean
  /** Whether all of them run in the real-time class, so that no other work comes between. */
  readonly isUndisturbed: boolean
  /** Whether the gateways have worked before, so that what compiles itself while it runs has done so. */
  readonly isWarm: boolean
  /** Engines that each gateway sends to; absent for one behind the proxies and all behind Fairlead. */
  readonly engines?: number
  readonly rounds: number
  /** Arguments of `tool load`. */
  readonly load: readonly string[]
}

interface Shape extends Omit<Scenario, 'rounds' | 'load' | 'isUndisturbed' | 'isWarm'> {
  readonly load: (isQuick: boolean) => string
}

/** Events a second in a paced stream: what a loaded engine gives each of its sequences. */
const eventsPerSecond = 20
const everyUs = 1_000_000 / eventsPerSecond

/** How often one more stream begins beside those that are held. */
const probeEveryMs = 10

/** A stream's events so that all streams last from the beginning of the ramp until after the window. */
function heldStreams(streams: number, seconds: { ramp: number; warmup: number; window: number }): string {
  const { ramp, warmup, window } = seconds
  const events = Math.ceil(eventsPerSecond * (ramp + warmup + window + 0.5))
  const times = `--ramp ${ramp}s --warmup ${warmup}s --duration ${window}s`
  return `--conns ${streams} --stream --hold --events ${events} --interval-us ${everyUs} --probe-every ${probeEveryMs}ms ${times}`
}

const window = (isQuick: boolean) => (isQuick ? '--warmup 200ms --duration 800ms' : '--warmup 300ms --duration 1500ms')
/** Shorter, since these run in the real-time class and keep others waiting. */
const shortWindow = (isQuick: boolean) => `--warmup 100ms --duration ${isQuick ? 500 : 900}ms`

const shapes: readonly Shape[] = [
  {
    name: 'idle',
    title: '10,000 idle keep-alive connections (2,000 with --quick)',
    unit: 'connection',
    asksDirectly: false,
    isTogether: false,
    load: (isQuick) => `--idle --conns ${isQuick ? 2000 : 10_000} --duration 1s`,
  },
  {
    name: 'unary_c1',
    title: 'unary, 1.2 kB, 1 connection',
    unit: 'request',
    asksDirectly: true,
    isTogether: true,
    load: (isQuick) => `--conns 1 ${shortWindow(isQuick)}`,
  },
  {
    name: 'sse_c1',
    title: 'streams of 8 events, 1 connection',
    unit: 'event',
    asksDirectly: true,
    isTogether: true,
    load: (isQuick) => `--conns 1 --stream --events 8 ${shortWindow(isQuick)}`,
  },
  {
    name: 'unary_c64',
    title: 'unary, 1.2 kB, 64 connections',
    unit: 'request',
    asksDirectly: false,
    isTogether: false,
    load: (isQuick) => `--conns 64 ${window(isQuick)}`,
  },
  {
    name: 'unary_100k',
    title: 'unary, 100 kB, 16 connections',
    unit: 'request',
    asksDirectly: false,
    isTogether: false,
    load: (isQuick) => `--conns 16 --body-bytes 100000 ${window(isQuick)}`,
  },
  {
    name: 'routed_32k',
    title: 'unary, 32 kB, 64 shared beginnings, 4 engines, 16 connections',
    unit: 'request',
    asksDirectly: false,
    isTogether: false,
    engines: 4,
    load: (isQuick) => `--conns 16 --body-bytes 32000 --families 64 ${window(isQuick)}`,
  },
  {
    name: 'sse_burst',
    title: 'streams of 100 events as fast as they go, 64 connections',
    unit: 'event',
    asksDirectly: false,
    isTogether: false,
    load: (isQuick) => `--conns 64 --stream --events 100 ${window(isQuick)}`,
  },
  {
    name: 'sse_paced',
    title: `open streams of ${eventsPerSecond} events a second each (1,000; 250 with --quick)`,
    unit: 'event',
    asksDirectly: true,
    isTogether: false,
    load: (isQuick) =>
      isQuick
        ? heldStreams(250, { ramp: 0.3, warmup: 0.2, window: 1.2 })
        : heldStreams(1000, { ramp: 1, warmup: 0.5, window: 3 }),
  },
]

/** What `--scenario` takes. */
export const scenarioNames: readonly string[] = shapes.map(({ name }) => name)

/** The scenarios to run, in their order. */
export function chooseScenarios(options: {
  readonly isQuick: boolean
  /** Engines that each gateway sends to; absent for one behind the proxies and all behind Fairlead. */
  readonly engines?: number
  readonly rounds: number
  readonly scenarios: readonly string[]
  readonly isRealTime: boolean
}): Scenario[] {
  const chosen: Scenario[] = []
  for (const shape of shapes) {
    if (options.scenarios.length > 0 && !options.scenarios.includes(shape.name)) continue
    const rounds = shape.name === 'idle' ? 1 : options.rounds
    // In bursts the mock never rests: in the real-time class it and the load would starve one another by turns.
    const isUndisturbed = shape.isTogether || (options.isRealTime && shape.name !== 'sse_burst')
    chosen.push({
      ...shape,
      rounds,
      isUndisturbed,
      isWarm: shape.name !== 'idle',
      load: `${shape.load(options.isQuick)} --grace ${options.isQuick ? 3 : 10}s`.split(' '),
    })
  }
  return chosen
}
