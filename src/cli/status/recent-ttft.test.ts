import { describe, expect, it } from 'vitest'
import type { FleetStatus } from '../../operate/index.ts'
import { RecentTtft } from './recent-ttft.ts'

const statusWith = (counts: readonly number[]): FleetStatus => ({
  fleet: 'lab',
  target: 'local',
  running: true,
  gateway: null,
  replicas: [],
  load: { models: [{ model: 'm', queued: 0, ttftSeconds: 9, ttft: { bounds: [1, 2], counts } }], missing: null },
})

const ttftOf = ({ load }: FleetStatus) => load?.models[0]?.ttftSeconds

describe('RecentTtft', () => {
  it('forgets what was slow more than a minute ago, so that a mended Fleet is seen to be mended', () => {
    const recent = new RecentTtft()
    expect(ttftOf(recent.of(statusWith([0, 10, 0]), 0))).toBe(9)
    expect(ttftOf(recent.of(statusWith([0, 20, 0]), 30_000))).toBe(1.5)
    expect(ttftOf(recent.of(statusWith([4, 20, 0]), 80_000))).toBe(1.3)
    expect(ttftOf(recent.of(statusWith([8, 20, 0]), 120_000))).toBe(0.5)
    expect(ttftOf(recent.of(statusWith([8, 20, 0]), 200_000))).toBe(null)
  })

  it('takes the counts of a gateway that began anew as they are', () => {
    const recent = new RecentTtft()
    recent.of(statusWith([0, 10, 0]), 0)
    expect(ttftOf(recent.of(statusWith([1, 0, 0]), 1_000))).toBe(9)
  })
})
