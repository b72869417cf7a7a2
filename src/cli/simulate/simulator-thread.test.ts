import { afterAll, describe, expect, it } from 'vitest'
import { simulate, workloadKinds } from '../../simulate/index.ts'
import { emptySimulation } from '../../simulate/search/testing/results.ts'
import { SimulatorThread } from './simulator-thread.ts'

const thread = new SimulatorThread(new AbortController().signal)
afterAll(() => thread.close())

const loads = workloadKinds.map((kind) => kind.make({ seed: 2, requests: 30 }))

describe('a thread that simulates', () => {
  it('comes to what the simulator comes to, one load after another and the same load again', async () => {
    for (const workload of [...loads.slice(0, 2), ...loads.slice(1, 2)]) {
      const simulation = { ...emptySimulation, workload }
      expect({ ...(await thread.simulate(simulation)), wallSeconds: 0 }).toEqual(simulate(simulation))
    }
  })

  it('passes on what is thrown, and lives on', async () => {
    await expect(thread.simulate({ ...emptySimulation, replicas: 0 })).rejects.toThrow(/1 replica at least/)
    const [workload] = loads
    if (workload === undefined) throw new Error('no load')
    expect((await thread.simulate({ ...emptySimulation, workload })).requests).toBe(30)
  })
})
