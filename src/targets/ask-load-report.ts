import { request } from 'undici'
import type { Milliseconds } from '../fleet/index.ts'
import { loadReportSchema, type LoadReport } from '../observe/report/index.ts'

/** A thousand replicas take about 0.5 MB. */
const limitBytes = 8 * 2 ** 20

/** How a gateway is asked. */
export interface LoadQuestion {
  readonly timeoutMs: Milliseconds
  /** Of administration, where the gateway asks for one. */
  readonly key?: string | undefined
  /** Whether the gateway is to ask its engines first how full they are; those of scaled models have told anyway. */
  readonly asksEngines?: boolean
  /** Ends the question before its time. */
  readonly signal?: AbortSignal | undefined
}

/** A gateway's load, or in a few words why it did not tell. */
export type LoadAnswer = { readonly report: LoadReport } | { readonly missing: string }

/** Asks a gateway's administration, given by its base URL, for its load. */
export async function askForLoad(adminUrl: string, question: LoadQuestion): Promise<LoadAnswer> {
  const url = `${adminUrl}/admin/v1/load`
  const { timeoutMs, key } = question
  try {
    const first = await askAt(question.asksEngines === true ? `${url}/engines` : url, question)
    // Gateways of 0.1 do not have the longer path.
    const { statusCode, text } = first.statusCode === 404 ? await askAt(url, question) : first
    if (text.length > limitBytes) return { missing: 'answers more than a load report' }
    if (statusCode === 401 || statusCode === 403) return { missing: refused(key) }
    if (statusCode !== 200) return { missing: `answers its load report with HTTP ${statusCode}` }
    const parsed = loadReportSchema.safeParse(JSON.parse(text))
    return parsed.success ? { report: parsed.data } : { missing: 'answers a load report of another version' }
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    return { missing: isLate ? `does not tell its load within ${timeoutMs / 1000} s` : 'does not tell its load' }
  }
}

async function askAt(url: string, { timeoutMs, key, signal }: LoadQuestion) {
  const late = AbortSignal.timeout(timeoutMs)
  const { statusCode, body } = await request(url, {
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    reset: true,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })
  let text = ''
  for await (const piece of body.setEncoding('utf8')) {
    text += piece as string
    if (text.length > limitBytes) break
  }
  return { statusCode, text }
}

const refused = (key: string | undefined) =>
  key === undefined
    ? 'wants a key with the scope admin in FAIRLEAD_API_KEY'
    : 'takes FAIRLEAD_API_KEY for no key with the scope admin'

/** The same; undefined when it does not answer in time or not as expected. */
export async function askLoadReport(adminUrl: string, question: LoadQuestion): Promise<LoadReport | undefined> {
  const answer = await askForLoad(adminUrl, question)
  return 'report' in answer ? answer.report : undefined
}
