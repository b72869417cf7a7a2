import { request } from 'undici'
import { requestReportSchema, type RecordedRequest } from '../../observe/report/index.ts'

/** What is kept answers at once. */
const timeoutMs = 5_000

/** Requests of one id, or in a few words why the gateway did not tell. */
export type FoundRequests = { readonly requests: readonly RecordedRequest[] } | { readonly missing: string }

/**
 * Asks a gateway for what it keeps of a request.
 * @param adminUrl base URL of its administration
 * @param key of administration, where the gateway asks for one
 */
export async function findRequest(adminUrl: string, id: string, key: string | undefined): Promise<FoundRequests> {
  try {
    const { statusCode, body } = await request(`${adminUrl}/admin/v1/requests/${encodeURIComponent(id)}`, {
      signal: AbortSignal.timeout(timeoutMs),
      reset: true,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    })
    const text = await body.text()
    if (statusCode === 401 || statusCode === 403)
      return { missing: 'wants a key with the scope admin in FAIRLEAD_API_KEY' }
    const parsed = requestReportSchema.safeParse(JSON.parse(text))
    if (parsed.success) return { requests: parsed.data.requests }
    return { missing: `answers with HTTP ${statusCode}, and keeps no requests perhaps: it is older than this command` }
  } catch {
    return { missing: 'does not answer' }
  }
}
