/** How durations were distributed, in microseconds. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What `tool load` says of one run (bench/tool/report.go). */
export interface LoadReport {
  readonly windowSeconds: number
  readonly requests: number
  readonly events: number
  /** Requests and events of the whole run, warm-up included. */
  readonly allRequests: number
  readonly allEvents: number
  readonly latencyUs: Spread
  readonly firstTokenUs: Spread
  /** Of further streams, of one event each, that begin one after the other while others are held. */
  readonly probeFirstTokenUs: Spread
  readonly delayUs: Spread
  readonly errors: number
  readonly errorKinds: Readonly<Record<string, number>>
  readonly lost: number
  readonly unfinished: number
  readonly gatewayCpuSeconds: number
  readonly mockCpuSeconds: number
  readonly loadCpuSeconds: number
  readonly gatewayCoreBusy: number
  readonly loadCoreBusy: number
  readonly rssBeforeBytes: number
  readonly rssBytes: number
  readonly openIdle: number
}

/** One measure of one target. */
export interface Round extends LoadReport {
  readonly target: string
  /** Shares of a core that work which is not ours took meanwhile. */
  readonly foreignGatewayShare: number
  readonly foreignLoadShare: number
  /** Instructions of the whole run, where the processor counts them. */
  readonly instructions?: number
}

/** Rounds of all targets in one scenario, in the order in which they were measured. */
export interface MeasuredScenario {
  readonly name: string
  readonly title: string
  readonly unit: 'request' | 'event' | 'connection'
  readonly rounds: readonly Round[]
}

/** What others took of the two cores while a window was open, as shares of a core. */
export function foreignShares(report: LoadReport, sharesCore: boolean): { gateway: number; load: number } {
  const { windowSeconds, gatewayCoreBusy, loadCoreBusy, gatewayCpuSeconds, mockCpuSeconds, loadCpuSeconds } = report
  if (windowSeconds === 0) return { gateway: 0, load: 0 }
  const share = (busy: number, ours: number) => Math.max(0, busy - ours) / windowSeconds
  const tools = mockCpuSeconds + loadCpuSeconds
  if (sharesCore) return { gateway: share(gatewayCoreBusy, gatewayCpuSeconds + tools), load: 0 }
  return { gateway: share(gatewayCoreBusy, gatewayCpuSeconds), load: share(loadCoreBusy, tools) }
}
