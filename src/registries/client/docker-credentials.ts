import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile, type Environment } from '../../files/index.ts'

/** How somebody proves to a registry who they are. */
export type RegistryCredentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A token that tokens are got with (Docker’s `identitytoken`). */
  | { readonly kind: 'identityToken'; readonly token: string }

/** What is known of logins: credentials of hosts, and hosts whose credentials a program keeps that is not asked. */
export interface RegistryLogins {
  credentialsFor(host: string): RegistryCredentials | undefined
  /** The program that has them, such as `docker-credential-desktop`; undefined where none is named. */
  helperFor(host: string): string | undefined
}

const configLimitBytes = 1024 * 1024
const entry = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})
const config = z.object({
  auths: z.record(z.string(), entry).nullish(),
  credsStore: z.string().nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
})

/** Nobody’s logins. */
export const noLogins: RegistryLogins = { credentialsFor: () => undefined, helperFor: () => undefined }

/**
 * The logins of `docker login` and those who write the same file: `$REGISTRY_AUTH_FILE`, else `$DOCKER_CONFIG/config.json`, else
 * `~/.docker/config.json` (docker/cli, cli/config/configfile; containers-auth.json(5)).
 * @throws UserError for a file that is there and no such configuration; nothing of what it says is told
 */
export async function readLogins(environment: Environment): Promise<RegistryLogins> {
  const named = environment['REGISTRY_AUTH_FILE']
  const folder = environment['DOCKER_CONFIG'] || join(environment['HOME'] || homedir(), '.docker')
  const file = named || join(folder, 'config.json')
  const text = await readBoundedFile(file, configLimitBytes).catch((error: unknown) => {
    const code = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined
    if (code === 'ENOENT' && !named) return undefined
    throw error
  })
  if (text === undefined) return noLogins
  const parsed = config.safeParse(parseJson(text))
  if (!parsed.success) {
    throw new UserError({
      what: `${file} is no configuration of Docker`,
      where: file,
      why: 'It is not JSON with auths as `docker login` writes it.',
      mend: 'Write it anew with `docker login`, or name another folder with DOCKER_CONFIG.',
    })
  }
  const { auths, credsStore, credHelpers } = parsed.data
  const known = new Map(
    Object.entries(auths ?? {}).flatMap(([key, each]) => {
      const credentials = credentialsIn(each)
      return credentials === undefined ? [] : [[hostOf(key), credentials] as const]
    }),
  )
  const helpers = new Map(Object.entries(credHelpers ?? {}).map(([key, name]) => [hostOf(key), name]))
  return {
    credentialsFor: (host) => known.get(hostOf(host)),
    helperFor: (host) => {
      const name = helpers.get(hostOf(host)) ?? credsStore
      return name === undefined || name === null || name === '' || known.has(hostOf(host))
        ? undefined
        : `docker-credential-${name}`
    },
  }
}

/** Keys are hosts, or URLs of old registries; Docker Hub has several names. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host) ? 'docker.io' : host
}

function credentialsIn({
  auth,
  username,
  password,
  identitytoken,
}: z.output<typeof entry>): RegistryCredentials | undefined {
  if (identitytoken !== undefined && identitytoken !== '') return { kind: 'identityToken', token: identitytoken }
  if (auth !== undefined && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString('utf8')
    const colon = decoded.indexOf(':')
    if (colon > 0) return { kind: 'password', user: decoded.slice(0, colon), password: decoded.slice(colon + 1) }
  }
  return username === undefined || password === undefined ? undefined : { kind: 'password', user: username, password }
}

function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'))
  } catch {
    return undefined
  }
}
