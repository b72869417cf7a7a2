import { freePort } from '../../src/gateway/testing/free-port.ts'
import { type Running, type World } from './world.ts'
import { until } from './until.ts'

/** A Fleet that `fairlead up` runs. */
export interface RunningFleet {
  readonly process: Running
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string
  readonly adminUrl: string
  readonly file: string
}

/** GETs JSON; undefined when nobody answers. */
export async function getJson<Body = Record<string, unknown>>(
  url: string,
): Promise<{ status: number; body: Body } | undefined> {
  try {
    const response = await fetch(url)
    return { status: response.status, body: (await response.json()) as Body }
  } catch {
    return undefined
  }
}

/** Starts `fairlead up` with this Fleet on free ports and waits until every model answers. */
export async function startFleet(world: World, yaml: string, deadlineMs = 180_000): Promise<RunningFleet> {
  const file = await world.write('fleet.yaml', yaml)
  const port = await freePort()
  const process = world.fairlead('up', file, '--port', String(port))
  const url = `http://127.0.0.1:${port}`
  await until(
    async () => {
      if (process.child.exitCode !== null) throw new Error(`fairlead up ended:\n${process.output()}`)
      return (await getJson<{ status: string }>(`${url}/health`))?.body.status === 'ok'
    },
    () => `the Fleet is healthy; it said:\n${process.output()}`,
    deadlineMs,
  )
  return { process, url, adminUrl: `http://127.0.0.1:${port + 1}`, file }
}

/** The row of a replica at the gateway's admin listener. */
export interface ReplicaLoad {
  readonly id: string
  readonly model: string
  readonly inFlight: number
  readonly ready: boolean
}

/** In-flight requests of every replica, as the gateway counts them. */
export async function replicaLoads(fleet: RunningFleet): Promise<readonly ReplicaLoad[]> {
  const answer = await getJson<{ replicas: ReplicaLoad[] }>(`${fleet.adminUrl}/admin/v1/load`)
  return answer?.body.replicas ?? []
}
