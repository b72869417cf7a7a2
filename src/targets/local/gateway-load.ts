import { request } from 'undici'
import type { Milliseconds } from '../../fleet/index.ts'
import { loadReportSchema, type LoadReport } from '../../observe/index.ts'
import { reachable, urlOf, type Listen } from './ports.ts'

/** What the gateway knows of one replica. */
export type ReplicaLoad = LoadReport['replicas'][number]
/** What the gateway knows, by replica id: replicas of this machine and external ones. */
export type GatewayLoad = ReadonlyMap<string, ReplicaLoad>

/** A status must come at once, and a gateway on this machine that serves answers within a few milliseconds. */
const timeoutMs: Milliseconds = 1_000
/** A thousand replicas take about 0.5 MB. */
const limitBytes = 8 * 2 ** 20

/** Asks the gateway for its load; undefined when it does not answer in time or not as expected. */
export async function readLoadReport(admin: Listen): Promise<LoadReport | undefined> {
  try {
    const { statusCode, body } = await request(`${urlOf(reachable(admin))}/admin/v1/load`, {
      signal: AbortSignal.timeout(timeoutMs),
      reset: true,
    })
    let text = ''
    for await (const piece of body.setEncoding('utf8')) {
      text += piece as string
      if (text.length > limitBytes) return undefined
    }
    const parsed = loadReportSchema.safeParse(statusCode === 200 ? JSON.parse(text) : undefined)
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** The same by replica. */
export async function readGatewayLoad(admin: Listen): Promise<GatewayLoad | undefined> {
  const report = await readLoadReport(admin)
  return report === undefined ? undefined : new Map(report.replicas.map((replica) => [replica.id, replica]))
}
