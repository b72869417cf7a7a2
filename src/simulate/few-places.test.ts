import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'
import { engineWith, requestOf, simulationOf } from './testing/simulations.ts'

/** Short requests of eight prompts in common, more than a moment's worth for three replicas of four places each. */
const requests = Array.from({ length: 600 }, (_, place) => {
  const group = (place * 5) % 8
  return requestOf({
    // Bunches of three.
    atMs: Math.floor(place / 3) * 420,
    promptTokens: 320,
    outputTokens: 90 + ((place * 37) % 60),
    blocks: [...Array.from({ length: 4 }, (__, unit) => group * 10 + unit), 1000 + place],
  })
})
const engine = { ...engineWith({ weightsMs: 12 }), maxSequences: 4 }
const run = (policy: string) => simulate(simulationOf(requests, { replicas: 3, engine, policy }))

// proves C4 (simulated)
describe('engines with few places in a batch', () => {
  it('do not gather the requests of a prefix while others have places, or a cached prompt waits for a place', () => {
    const [fewest, standard] = [run('least-request'), run('default')]
    expect(standard.ttftMs.mean).toBeLessThan(1.3 * fewest.ttftMs.mean)
    expect(standard.ttftMs.p90).toBeLessThan(1.3 * fewest.ttftMs.p90)
  })
})
