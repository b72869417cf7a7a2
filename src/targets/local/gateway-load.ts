import type { Milliseconds } from '../../fleet/index.ts'
import type { LoadReport } from '../../observe/report/index.ts'
import { askForLoad, askLoadReport, type LoadAnswer } from '../ask-load-report.ts'
import { reachable, urlOf, type Listen } from './ports.ts'

/** What the gateway knows of one replica. */
export type ReplicaLoad = LoadReport['replicas'][number]
/** What the gateway knows, by replica id: replicas of this machine and external ones. */
export type GatewayLoad = ReadonlyMap<string, ReplicaLoad>

/** A status must come at once, and a gateway on this machine that serves answers within a few milliseconds. */
const timeoutMs: Milliseconds = 1_000

/** Asks the gateway for its load, and that of its engines. */
export const askGateway = (admin: Listen, key: string | undefined): Promise<LoadAnswer> =>
  askForLoad(urlOf(reachable(admin)), { timeoutMs, key, asksEngines: true })

/** The same; undefined when it does not answer in time or not as expected. */
export const readLoadReport = (admin: Listen): Promise<LoadReport | undefined> =>
  askLoadReport(urlOf(reachable(admin)), { timeoutMs })

/** What a report says, by replica. */
export const byReplica = ({ replicas }: LoadReport): GatewayLoad =>
  new Map(replicas.map((replica) => [replica.id, replica]))

/** What the gateway knows, by replica; undefined when it does not answer. */
export async function readGatewayLoad(admin: Listen): Promise<GatewayLoad | undefined> {
  const report = await readLoadReport(admin)
  return report === undefined ? undefined : byReplica(report)
}
