import { X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { UserError } from '../../errors/index.ts'
import { readBoundedFile } from '../../files/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { UpstreamTls } from '../data-plane/upstream/contract.ts'

type Settings = NonNullable<Fleet['models'][number]['upstreamTls']>

/** Bundles of all public authorities have 0.2 MB. */
const fileLimitBytes = 1_000_000

/**
 * Reads the certificates of a model's upstream.
 * @param field of the Fleet, such as `models[0].upstreamTls`
 * @param folder that paths are relative to
 * @throws UserError for a file that cannot be read, is none, or does not fit the other
 */
export async function readUpstreamTls(settings: Settings, field: string, folder: string): Promise<UpstreamTls> {
  const { caFile, certFile, keyFile, serverName } = settings
  const read = async (file: string) => (await readBoundedFile(resolve(folder, file), fileLimitBytes)).toString('utf8')
  const ca = caFile === undefined ? undefined : await read(caFile)
  const pair =
    certFile === undefined || keyFile === undefined ? {} : { cert: await read(certFile), key: await read(keyFile) }
  try {
    // Node takes what holds no certificate for authorities without a word.
    if (ca !== undefined) void new X509Certificate(ca)
    createSecureContext({ ...(ca === undefined ? {} : { ca }), ...pair })
  } catch (error) {
    throw new UserError({
      what: `The certificates of ${field} cannot be used`,
      where: [caFile, certFile, keyFile].filter((file) => file !== undefined).join(', '),
      why: error instanceof Error ? error.message : String(error),
      mend: 'Each file must be PEM, and the key that of the certificate (openssl x509 -noout -pubkey, openssl pkey -pubout).',
      cause: error,
    })
  }
  return { ...(ca === undefined ? {} : { ca }), ...pair, ...(serverName === undefined ? {} : { serverName }) }
}
