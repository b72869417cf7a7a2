import { describe, expect, it } from 'vitest'
import type { Simulation } from './contract.ts'
import { simulate } from './simulate.ts'
import { engineWith, requestOf, simulationOf } from './testing/simulations.ts'

/** Requests of very different lengths, one after another, which keep three replicas busy. */
const requests = Array.from({ length: 300 }, (_, place) =>
  requestOf({ atMs: place * 12, outputTokens: place % 5 === 0 ? 150 : 5, blocks: [place] }),
)

const run = (rest: Partial<Simulation>) =>
  simulate(simulationOf(requests, { engine: engineWith(), replicas: 3, policy: 'least-request', ...rest }))

// proves F3 (simulated)
describe('several gateways before the same replicas', () => {
  it('change nothing where there is one, whether it asks engines or not', () => {
    expect(run({ gateways: 1, loadReportsMs: 20 })).toEqual(run({}))
  })

  it('answer everything, later than one would, since none knows what the others sent', () => {
    const [one, four] = [run({}), run({ gateways: 4 })]
    expect(four.requests - four.rejected).toBe(300)
    expect(four.outputTokens).toBe(one.outputTokens)
    expect(four.e2eMs.mean).toBeGreaterThan(one.e2eMs.mean)
  })

  it('answer sooner when engines tell what others have there', () => {
    expect(run({ gateways: 4, loadReportsMs: 5 }).e2eMs.mean).toBeLessThan(run({ gateways: 4 }).e2eMs.mean)
  })

  it('share what engines say that they hold, and not what each sent', () => {
    const chats = Array.from({ length: 200 }, (_, place) =>
      requestOf({ atMs: place * 40, promptTokens: 256, blocks: [1, 2, 3, 4].map((block) => block + (place % 40) * 4) }),
    )
    const hitsOf = (policy: string, gateways: number) =>
      simulate(simulationOf(chats, { engine: engineWith(), replicas: 4, policy, gateways })).hitTokens
    expect(hitsOf('default-exact', 4)).toBeGreaterThan(0.95 * hitsOf('default-exact', 1))
    expect(hitsOf('default', 4)).toBeLessThan(0.9 * hitsOf('default', 1))
  })

  it('refuses figures that make none', () => {
    expect(() => run({ gateways: 0 })).toThrow(/1 gateway at least/)
    expect(() => run({ gateways: 2, loadReportsMs: 0 })).toThrow(/some time apart/)
  })
})
