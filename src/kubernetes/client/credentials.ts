import type { ConnectionOptions } from 'node:tls'
import type { Dispatcher } from 'undici'

/** How one connection is secured; two that are equal may share connections. */
export interface TlsMaterial {
  readonly ca?: ConnectionOptions['ca']
  readonly cert?: ConnectionOptions['cert']
  readonly key?: ConnectionOptions['key']
  readonly passphrase?: string
  readonly servername?: string
  /** False where the person has turned the check of the server's certificate off. */
  readonly rejectUnauthorized?: boolean
}

/** As whom one request is sent. */
export interface Identity {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly tls: TlsMaterial
  /** Makes the connections where a proxy stands between; absent where none does. */
  readonly proxy?: () => Promise<Dispatcher | undefined>
}

/** Which cluster is spoken to, and as whom. */
export interface Credentials {
  readonly context: string
  /** Base URL of the API server, without a slash at its end. */
  readonly server: string
  readonly namespace: string
  /** Asked for each request, so that what was rotated in the meantime counts. */
  identity(): Promise<Identity>
  /** Forgets what is remembered: the server did not take it. */
  renew(): void
}
