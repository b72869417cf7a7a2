import type { LoadReport } from '../../observe/report/index.ts'
import { askLoadReport, gatewayPorts } from '../../targets/index.ts'

/** Asks one gateway for its load; null when it does not answer in time or not as expected. */
export type LoadReader = (podAddress: string, signal: AbortSignal) => Promise<LoadReport | null>

/** A gateway answers within milliseconds, and the round waits for the slowest. */
const timeoutMs = 2_000

/**
 * Reads the load of gateways at their pods' addresses.
 * @param readKey a key with the scope `admin`, where there is one; asked for each time, so that it may change
 */
export function readLoadOf(readKey: () => Promise<string | undefined>, port: number = gatewayPorts.admin): LoadReader {
  return async (podAddress, signal) => {
    const host = podAddress.includes(':') ? `[${podAddress}]` : podAddress
    const key = await readKey()
    return (await askLoadReport(`http://${host}:${port}`, { timeoutMs, key, signal })) ?? null
  }
}
