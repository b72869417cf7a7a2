import { request } from 'undici'
import type { Evidence } from './contract.ts'

/** Metrics of a thousand replicas take about 3 MB. */
const limitBytes = 8 * 2 ** 20

/** What a gateway tells of itself: a path of its administration, and the file that it becomes. */
const told = [
  { path: '/metrics', file: 'metrics.txt' },
  { path: '/admin/v1/load/engines', file: 'load.json' },
] as const

/**
 * What a gateway says of itself.
 * @param folder of the bundle, such as `gateway`
 * @param reach gives the base URL of its administration for as long as it is used
 * @param key of administration, where the gateway asks for one
 */
export function gatewayEvidence(
  folder: string,
  reach: <Result>(use: (adminUrl: string) => Promise<Result>) => Promise<Result>,
  key: string | undefined,
): readonly Evidence[] {
  return told.map(({ path, file }) => ({
    path: `${folder}/${file}`,
    read: (signal) => reach((adminUrl) => ask(`${adminUrl}${path}`, key, signal)),
  }))
}

async function ask(url: string, key: string | undefined, signal: AbortSignal): Promise<string> {
  const { statusCode, body } = await request(url, {
    signal,
    reset: true,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  })
  let text = ''
  for await (const piece of body.setEncoding('utf8')) {
    text += piece as string
    if (text.length > limitBytes) break
  }
  if (statusCode === 401 || statusCode === 403) {
    throw new Error('the gateway wants a key with the scope admin in FAIRLEAD_API_KEY')
  }
  if (statusCode !== 200) throw new Error(`the gateway answers with HTTP ${statusCode}`)
  return text
}
