import type { RequestOptions } from 'node:https'
import type { Dispatcher } from 'undici'
import { UserError } from '../../errors/index.ts'
import type { ClusterChoice } from './contract.ts'
import type { Credentials, Identity, TlsMaterial } from './credentials.ts'
import type { MergedKubeconfig } from './kubeconfig-files.ts'
import { loadClientNode, type ClientNode } from './load-client-node.ts'
import { TokenFile } from './token-file.ts'

/** A credential plugin may open a browser and wait for a person. */
const pluginAnswersWithinMs = 120_000

type Fields = Readonly<Record<string, unknown>>

/** What a kubeconfig says of one context. */
export interface ChosenContext {
  readonly name: string
  readonly namespace: string
  readonly cluster: Fields
  readonly user: Fields
  readonly files: readonly string[]
}

/**
 * The context that is meant.
 * @throws {UserError} where there is no such context, cluster or user
 */
export function chooseContext(config: MergedKubeconfig, choice: ClusterChoice): ChosenContext {
  const where = config.files.join(', ')
  const known = config.contexts.flatMap(({ name }) => name ?? [])
  const name = choice.context ?? config.currentContext
  const refuse = (what: string, why: string): never => {
    throw new UserError({
      what,
      where,
      why,
      mend: known.length === 0 ? 'Add a cluster to the kubeconfig.' : `Choose a context: ${known.join(', ')}.`,
      command: known.length === 0 ? 'kubectl config view' : `kubectl config use-context ${known[0]}`,
    })
  }
  if (name === undefined) return refuse('No Kubernetes context is chosen', 'The kubeconfig has no current-context.')
  const context = config.contexts.find((entry) => entry.name === name)?.['context'] as Fields | undefined
  if (context === undefined) return refuse(`There is no Kubernetes context ${name}`, 'No kubeconfig file has it.')
  const find = (list: MergedKubeconfig['clusters'], kind: 'cluster' | 'user'): Fields => {
    if (kind === 'user' && (context['user'] ?? '') === '') return {}
    const fields = list.find((entry) => entry.name === context[kind])?.[kind] as Fields | undefined
    return fields ?? refuse(`Context ${name} cannot be used`, `Its ${kind} ${String(context[kind])} is not there.`)
  }
  const cluster = find(config.clusters, 'cluster')
  if (typeof cluster['server'] !== 'string')
    return refuse(`Context ${name} cannot be used`, 'Its cluster has no server.')
  const own = context['namespace']
  const namespace = choice.namespace ?? (typeof own === 'string' && own !== '' ? own : 'default')
  return { name, namespace, cluster, user: find(config.users, 'user'), files: config.files }
}

/** What a credential plugin is told (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/). */
function withExecInfo(user: Fields, cluster: Fields): Fields {
  const exec = user['exec'] as Fields | undefined
  if (exec === undefined) return user
  const told =
    exec['provideClusterInfo'] === true ? { server: cluster['server'], config: execClusterConfig(cluster) } : undefined
  const info = {
    apiVersion: exec['apiVersion'] ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(told === undefined ? {} : { cluster: told }) },
  }
  const env = Array.isArray(exec['env']) ? exec['env'] : []
  return {
    ...user,
    exec: { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] },
  }
}

const pluginExtension = 'client.authentication.k8s.io/exec'

function execClusterConfig(cluster: Fields): unknown {
  const extensions = cluster['extensions']
  if (!Array.isArray(extensions)) return undefined
  return extensions.find((entry: Fields) => entry['name'] === pluginExtension)?.extension
}

/** Of the person to act as, what the library leaves out. */
function impersonation(user: Fields): Record<string, string | string[]> {
  const [uid, groups] = [user['as-uid'], user['as-groups']]
  return {
    ...(typeof uid === 'string' ? { 'impersonate-uid': uid } : {}),
    ...(Array.isArray(groups) ? { 'impersonate-group': groups.map(String) } : {}),
  }
}

/** Speaks as a kubeconfig's user. */
export async function kubeconfigCredentials(
  { name, namespace, cluster, user, files }: ChosenContext,
  load?: () => Promise<ClientNode>,
): Promise<Credentials> {
  const { KubeConfig } = await loadClientNode(load)
  const server = String(cluster['server']).replace(/\/+$/, '')
  const tokenFile = typeof user['tokenFile'] === 'string' ? new TokenFile(user['tokenFile']) : undefined
  const isPlain = server.startsWith('http:')
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    // The library refuses plain http unless certificates are not checked, of which http has none.
    clusters: [{ name, cluster: isPlain ? { ...cluster, 'insecure-skip-tls-verify': true } : cluster }],
    users: [{ name, user: withExecInfo(user, cluster) }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  })
  const read = (): InstanceType<typeof KubeConfig> => {
    const config = new KubeConfig()
    config.loadFromString(text)
    return config
  }
  let config = read()
  const proxyUrl = cluster['proxy-url']
  return {
    context: name,
    server,
    namespace,
    async identity(): Promise<Identity> {
      // `agent` is the library's own; only what it is made of is taken.
      const options: RequestOptions = { headers: {} }
      await withinPatience(config.applyToHTTPSOptions(options), user, name, files)
      const headers = impersonation(user)
      for (const [header, value] of Object.entries(options.headers ?? {})) headers[header.toLowerCase()] = String(value)
      if (typeof options.auth === 'string')
        headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`
      // A file wins over a token beside it, as with kubectl.
      if (tokenFile !== undefined) headers['authorization'] = `Bearer ${await tokenFile.token()}`
      const proxy = typeof proxyUrl === 'string' && proxyUrl !== '' ? () => proxyOf(config) : undefined
      return { headers, tls: tlsOf(options), ...(proxy === undefined ? {} : { proxy }) }
    },
    renew() {
      tokenFile?.renew()
      config = read()
    },
  }
}

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  }
}

/** The library makes the connections of a proxy; it hands them over as it would to its own requests. */
async function proxyOf(config: InstanceType<ClientNode['KubeConfig']>): Promise<Dispatcher | undefined> {
  let made: Dispatcher | undefined
  const request = {
    setHeaderParam: () => {},
    setDispatcher: (dispatcher: Dispatcher) => {
      made = dispatcher
    },
  }
  await config.applySecurityAuthentication(request as never)
  return made
}

/** Waits for a credential plugin, and says in words that it failed. */
async function withinPatience(
  work: Promise<void>,
  user: Fields,
  context: string,
  files: readonly string[],
): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`No answer within ${pluginAnswersWithinMs / 1000} s.`)),
    pluginAnswersWithinMs,
  )
  timer.unref()
  try {
    await Promise.race([work, late.promise])
  } catch (error) {
    const exec = user['exec'] as Fields | undefined
    const why = error instanceof Error ? error.message.trim() : String(error)
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const hint = typeof exec?.['installHint'] === 'string' ? ` ${exec['installHint'].trim()}` : ''
    const command = [exec?.['command'], ...(Array.isArray(exec?.['args']) ? exec['args'] : [])].map(String).join(' ')
    throw new UserError({
      what: `The credentials of context ${context} cannot be had`,
      where: files.join(', '),
      why: exec === undefined ? why : `The credential plugin failed: ${why === '' ? 'it said nothing' : why}`,
      mend:
        exec === undefined
          ? 'Mend the user in the kubeconfig.'
          : isAbsent
            ? `Install ${String(exec['command'])}.${hint}`
            : 'Log in anew, then try again; run the plugin by hand to see what it says.',
      command: exec === undefined ? 'kubectl config view --minify' : command,
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}
