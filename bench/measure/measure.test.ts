import { describe, expect, it } from 'vitest'
import { roundOf } from '../testing/rounds.ts'
import { foreignShares } from './load-report.ts'
import { countedIn } from './measure-scenario.ts'
import { busyTicks } from './patience.ts'

describe('what others took of a core', () => {
  const round = roundOf('nginx', {
    windowSeconds: 2,
    gatewayCoreBusy: 2,
    loadCoreBusy: 1.5,
    gatewayCpuSeconds: 0.5,
    mockCpuSeconds: 0.5,
    loadCpuSeconds: 0.5,
  })

  it('is what was busy and not ours', () => {
    expect(foreignShares(round, false)).toEqual({ gateway: 0.75, load: 0.25 })
    expect(foreignShares(round, true)).toEqual({ gateway: 0.25, load: 0 })
  })

  it('reads /proc/stat without idle and waiting time', () => {
    expect(
      busyTicks('cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 400 500 6 7 8 0 0\ncpu1 1 0 0 5 5 0 0 0 9 9\nintr 1'),
    ).toEqual([27, 1])
  })
})

describe('instructions', () => {
  it('are summed over kinds of cores, and absent where the processor does not count', () => {
    const counted =
      '# started on Fri\n\n100,,cpu_core/instructions/,9,100.00,,\n20,,cpu_atom/instructions/,9,100.00,,\n'
    expect(countedIn(counted)).toBe(120)
    expect(countedIn('# started on Fri\n\n<not supported>,,instructions,0,100.00,,\n')).toBeUndefined()
  })
})
