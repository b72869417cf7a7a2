import type { Round } from '../measure/load-report.ts'

const nothing = { count: 0, p50: 0, p99: 0, max: 0 }

/** A round with only what a test is about. */
export function roundOf(target: string, given: Partial<Round>): Round {
  return {
    windowSeconds: 1,
    requests: 0,
    events: 0,
    allRequests: 0,
    allEvents: 0,
    latencyUs: nothing,
    firstTokenUs: nothing,
    probeFirstTokenUs: nothing,
    delayUs: nothing,
    errors: 0,
    errorKinds: {},
    lost: 0,
    unfinished: 0,
    gatewayCpuSeconds: 0,
    mockCpuSeconds: 0,
    loadCpuSeconds: 0,
    gatewayCoreBusy: 0,
    loadCoreBusy: 0,
    rssBeforeBytes: 0,
    rssBytes: 0,
    openIdle: 0,
    foreignGatewayShare: 0,
    foreignLoadShare: 0,
    ...given,
    target,
  }
}

/** A machine for results that no machine measured. */
export const someMachine = {
  cpu: 'Some CPU',
  cores: 2,
  kernel: '6.0',
  node: 'v24.0.0',
  gatewayCore: 1,
  loadCore: 0,
  canPin: true,
  canRunRealTime: true,
  countsInstructions: false,
  notes: [],
}
