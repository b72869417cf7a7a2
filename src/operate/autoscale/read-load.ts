import { loadReportSchema, type LoadReport } from '../../observe/index.ts'
import { gatewayPorts } from '../../targets/index.ts'

/** Asks one gateway for its load; null when it does not answer in time or not as expected. */
export type LoadReader = (podAddress: string, signal: AbortSignal) => Promise<LoadReport | null>

/** A gateway answers within milliseconds, and the round waits for the slowest. */
const timeoutMs = 2_000
/** Ten thousand replicas take about 5 MB. */
const limitBytes = 32 * 2 ** 20

/**
 * Reads `/admin/v1/load` of a pod.
 * @param key of a key with the scope `admin`, where the Fleet has keys
 */
export function readLoadOf(key: string | undefined, port: number = gatewayPorts.admin): LoadReader {
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return async (podAddress, signal) => {
    try {
      const host = podAddress.includes(':') ? `[${podAddress}]` : podAddress
      const response = await fetch(`http://${host}:${port}/admin/v1/load`, {
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      if (!response.ok || response.body === null) {
        await response.body?.cancel()
        return null
      }
      let text = ''
      for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
        text += piece
        if (text.length > limitBytes) return null
      }
      return loadReportSchema.safeParse(JSON.parse(text)).data ?? null
    } catch {
      return null
    }
  }
}
