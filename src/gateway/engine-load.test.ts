import { afterEach, describe, expect, it } from 'vitest'
import { loadReportSchema } from '../observe/report/index.ts'
import { ask, startTestGateway, until } from './testing/harness.ts'
import { replicaAt, settableSource } from './testing/settable-source.ts'
import { startSimulatedHere } from './testing/simulated-process.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

describe('how full engines are', () => {
  it.each([1, 2])('is told to who looks, of models too that nobody scales by it; with %d threads', async (workers) => {
    const engine = await startSimulatedHere({}, 4096)
    cleanUps.push(() => engine.kill())
    const models = [{ name: 'm', engine: 'simulated', replicas: 1 }]
    const gateway = await startTestGateway(
      { gateway: { health: { interval: '50ms' } }, models },
      { source: settableSource(replicaAt(engine.port)).source, workers },
    )
    cleanUps.push(() => gateway.close())
    await until('the replica is ready', async () => (await gateway.load()).replicas[0]?.ready === true)
    expect((await gateway.load()).replicas).toMatchObject([{ reported: null }])
    const url = `http://127.0.0.1:${gateway.adminAddress.port}/admin/v1/load/engines`
    // An engine that takes longer than half a second on a busy machine tells who looks next.
    await until('the engine has told', async () => {
      const [replica] = loadReportSchema.parse(JSON.parse((await ask(url)).body.toString())).replicas
      const { kvCacheUsage, waiting, kvCacheTokens } = replica?.reported ?? {}
      return kvCacheUsage === 0 && waiting === 0 && (kvCacheTokens ?? 0) > 4096
    })
  })
})
