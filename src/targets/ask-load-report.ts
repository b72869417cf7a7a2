import { request } from 'undici'
import type { Milliseconds } from '../fleet/index.ts'
import { loadReportSchema, type LoadReport } from '../observe/index.ts'

/** A thousand replicas take about 0.5 MB. */
const limitBytes = 8 * 2 ** 20

/** How a gateway is asked. */
export interface LoadQuestion {
  readonly timeoutMs: Milliseconds
  /** Of administration, where the gateway asks for one. */
  readonly key?: string | undefined
}

/**
 * Asks a gateway's administration, given by its base URL, for its load; undefined when it does not answer in time or not as
 * expected.
 */
export async function askLoadReport(
  adminUrl: string,
  { timeoutMs, key }: LoadQuestion,
): Promise<LoadReport | undefined> {
  try {
    const { statusCode, body } = await request(`${adminUrl}/admin/v1/load`, {
      signal: AbortSignal.timeout(timeoutMs),
      reset: true,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
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
