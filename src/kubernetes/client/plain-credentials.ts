import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'
import type { Credentials, TlsMaterial } from './credentials.ts'
import type { ChosenContext } from './kubeconfig-credentials.ts'
import { TokenFile } from './token-file.ts'

type Fields = ChosenContext['user']

/** Fields of a kubeconfig that are what they say (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/). */
const plain = {
  cluster: new Set([
    'server',
    'certificate-authority',
    'certificate-authority-data',
    'insecure-skip-tls-verify',
    'tls-server-name',
    'extensions',
  ]),
  user: new Set([
    'token',
    'tokenFile',
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
  ]),
} as const

const limitBytes = 1024 * 1024

/**
 * Whether a user's token or certificate stands in the kubeconfig or in files, as with k3s and kubeadm. Nothing has to be run or asked
 * for it then, and the library, whose loading takes longer than most commands need, is not loaded.
 */
export function isPlain({ cluster, user }: Pick<ChosenContext, 'cluster' | 'user'>): boolean {
  return hasOnly(cluster, plain.cluster) && hasOnly(user, plain.user)
}

const hasOnly = (fields: Fields, known: ReadonlySet<string>) => Object.keys(fields).every((name) => known.has(name))

/** Speaks as such a user. Files are read for each request, so that what was rotated counts. */
export function plainCredentials({ name, namespace, cluster, user, files }: ChosenContext): Credentials {
  const token = textOf(user, 'token')
  const file = textOf(user, 'tokenFile')
  // A file wins over a token beside it, as with kubectl.
  const tokenFile = file === undefined ? undefined : new TokenFile(file)
  return {
    context: name,
    server: String(cluster['server']).replace(/\/+$/, ''),
    namespace,
    async identity() {
      try {
        const bearer = tokenFile === undefined ? token : await tokenFile.token()
        const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
        return { headers, tls: await tlsOf(cluster, user) }
      } catch (error) {
        throw new UserError({
          what: `The credentials of context ${name} cannot be had`,
          where: files.join(', '),
          why: error instanceof Error ? error.message : String(error),
          mend: 'Mend the user in the kubeconfig, or put back the file that it names.',
          command: 'kubectl config view --minify',
          cause: error,
        })
      }
    },
    renew: () => tokenFile?.renew(),
  }
}

async function tlsOf(cluster: Fields, user: Fields): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    material(cluster, 'certificate-authority'),
    material(user, 'client-certificate'),
    material(user, 'client-key'),
  ])
  const servername = textOf(cluster, 'tls-server-name')
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  }
}

/** What stands in the kubeconfig goes before what it names, as with kubectl. */
async function material(fields: Fields, name: string): Promise<Buffer | undefined> {
  const data = textOf(fields, `${name}-data`)
  if (data !== undefined) return Buffer.from(data, 'base64')
  const file = textOf(fields, name)
  return file === undefined ? undefined : readBoundedFile(file, limitBytes)
}

function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
