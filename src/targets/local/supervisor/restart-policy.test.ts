import { describe, expect, it } from 'vitest'
import { decideRestart, defaultRestartPolicy } from './restart-policy.ts'

const policy = { ...defaultRestartPolicy, jitter: 0 }

describe('restarts of a process that ended', () => {
  it.each([
    { crashesBefore: 0, servedMs: 0, state: 'restarting', delayMs: 250, crashes: 1 },
    { crashesBefore: 1, servedMs: 0, state: 'restarting', delayMs: 500, crashes: 2 },
    { crashesBefore: 2, servedMs: 59_999, state: 'restarting', delayMs: 1_000, crashes: 3 },
    { crashesBefore: 3, servedMs: 0, state: 'restarting', delayMs: 2_000, crashes: 4 },
    { crashesBefore: 4, servedMs: 0, state: 'crash-loop', delayMs: 60_000, crashes: 5 },
    { crashesBefore: 40, servedMs: 0, state: 'crash-loop', delayMs: 60_000, crashes: 41 },
    { crashesBefore: 40, servedMs: 60_000, state: 'restarting', delayMs: 250, crashes: 1 },
  ])('after $crashesBefore crashes and $servedMs ms of service: $state', ({ crashesBefore, servedMs, ...decision }) => {
    expect(decideRestart(policy, crashesBefore, servedMs, 0.5)).toEqual(decision)
  })

  it('pauses no longer than its limit before the verdict', () => {
    expect(decideRestart({ ...policy, crashesUntilVerdict: 100 }, 50, 0, 0.5).delayMs).toBe(30_000)
  })

  it('spreads replicas that crash together, so that they do not load their weights in step', () => {
    expect(decideRestart(defaultRestartPolicy, 2, 0, 0).delayMs).toBe(800)
    expect(decideRestart(defaultRestartPolicy, 2, 0, 0.999_999).delayMs).toBe(1_200)
  })
})
