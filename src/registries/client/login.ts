import { z } from 'zod'
import { readSmallBody, type HttpClient } from '../../models/index.ts'
import type { RegistryCredentials } from './contract.ts'

const tokenLimitBytes = 1024 * 1024
const answerWithinMs = 20_000
const token = z.object({ token: z.string().max(65_536).optional(), access_token: z.string().max(65_536).optional() })

/** Who asks for what. */
export interface LoginRequest {
  /** Origin of the registry. */
  readonly registry: string
  /** Value of its `WWW-Authenticate`. */
  readonly challenge: string
  /** `repository:library/redis:pull` */
  readonly scope: string
  readonly credentials: RegistryCredentials | undefined
  readonly signal: AbortSignal
}

/**
 * The value of `Authorization` that a registry asks for: the credentials themselves where it takes Basic (RFC 7617), else a token
 * of the service that it names (distribution, token authentication; with an identity token its OAuth 2 form). Undefined where
 * there is none to be had.
 */
export async function logIn(
  client: HttpClient,
  { registry, challenge, scope, credentials, signal }: LoginRequest,
): Promise<string | undefined> {
  const bearer = /(?:^|,\s*)bearer\s+(.*)$/i.exec(challenge)?.[1]
  if (bearer === undefined)
    return /^basic\b/i.test(challenge) && credentials?.kind === 'password' ? basic(credentials) : undefined
  const fields = new Map(Array.from(bearer.matchAll(/(\w+)="([^"]*)"/g), ([, name = '', text = '']) => [name, text]))
  const realm = URL.parse(fields.get('realm') ?? '')
  // A registry that is asked in a secure way names no other service.
  if (realm === null || (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && registry.startsWith('http:'))))
    return undefined
  const service = fields.get('service') ?? ''
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
  const { status, body } =
    credentials?.kind === 'identityToken'
      ? await client.ask({
          method: 'POST',
          url: realm,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: Buffer.from(
            new URLSearchParams({
              grant_type: 'refresh_token',
              client_id: 'fairlead',
              refresh_token: credentials.token,
              service,
              scope,
            }).toString(),
          ),
          signal: within,
        })
      : await client.ask({
          method: 'GET',
          url: withQuery(realm, { service, scope }),
          ...(credentials === undefined ? {} : { secretHeaders: { authorization: basic(credentials) } }),
          follow: 'same-origin',
          signal: within,
        })
  const parsed = token.safeParse(parseJson(await readSmallBody(body, tokenLimitBytes)))
  const granted = status === 200 ? (parsed.data?.token ?? parsed.data?.access_token) : undefined
  return granted === undefined ? undefined : `Bearer ${granted}`
}

const basic = ({ user, password }: Extract<RegistryCredentials, { kind: 'password' }>) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function withQuery(url: URL, fields: Readonly<Record<string, string>>): URL {
  const asked = new URL(url)
  for (const [name, value] of Object.entries(fields)) asked.searchParams.set(name, value)
  return asked
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
