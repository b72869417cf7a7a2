import { afterAll, beforeAll } from 'vitest'
import type { RunningCluster } from '../cluster/running-cluster.ts'
import { StandInControllers } from './stand-in-controllers.ts'

/** Has stand-ins for the controllers of KServe and of gateways work in a file’s cluster. */
export function useStandIns(cluster: () => RunningCluster): void {
  let controllers: StandInControllers | undefined
  beforeAll(async () => {
    let running
    try {
      running = cluster()
    } catch {
      // The tests skip and say why.
      return
    }
    controllers = new StandInControllers(running.client)
    await controllers.start()
  }, 120_000)
  afterAll(() => controllers?.stop())
}
