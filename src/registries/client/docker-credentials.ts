import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile, type Environment } from '../../files/index.ts'
import type { RegistryCredentials, RegistryLogins } from './contract.ts'
import { askCredentialHelper, helperName } from './credential-helper.ts'

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
export const noLogins: RegistryLogins = { credentialsFor: async () => undefined, helperFor: () => undefined }

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
  const helperFor = (host: string): string | undefined => {
    const name = helpers.get(hostOf(host)) ?? credsStore ?? ''
    return known.has(hostOf(host)) || !helperName.test(name) ? undefined : `docker-credential-${name}`
  }
  const asked = new Map<string, Promise<RegistryCredentials | undefined>>()
  return {
    helperFor,
    credentialsFor: async (host) => {
      const program = helperFor(host)
      if (program === undefined) return known.get(hostOf(host))
      const answer = asked.get(host) ?? askCredentialHelper(program, serverOf(host), environment)
      asked.set(host, answer)
      return answer
    },
  }
}

/** What a registry is called by those who keep logins: Docker Hub by the address that it had first. */
const serverOf = (host: string) => (hostOf(host) === 'docker.io' ? 'https://index.docker.io/v1/' : host)

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
