import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ClusterError } from './cluster-error.ts'
import { explainClusterError } from './explain-cluster-error.ts'
import { KubeClient } from './kube-client.ts'
import { certificateOfTheFuture, certificateOfThePast, wrongTimeKey } from './testing/wrong-time.ts'

/** What a client says of a server with this certificate, which it trusts but for its time. */
async function wordsFor(cert: string) {
  const server = createServer({ cert, key: wrongTimeKey }, (_request, answer) => answer.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new KubeClient({
    context: 'lab',
    server: url,
    namespace: 'default',
    identity: async () => ({ headers: {}, tls: { ca: cert } }),
    renew: () => {},
  })
  try {
    const error: unknown = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }).catch((told) => told)
    if (!(error instanceof ClusterError)) throw new Error('the certificate is taken', { cause: error })
    return explainClusterError(error, client).parts
  } finally {
    await client.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}

// proves B7 (real part)
describe('clocks that differ', () => {
  it.each([
    ['a certificate that begins later', certificateOfTheFuture, 'certificate is not yet valid'],
    ['a certificate that has ended', certificateOfThePast, 'certificate has expired'],
  ])('%s is told at once, with the time by the clock here', async (_title, certificate, why) => {
    expect(await wordsFor(certificate)).toMatchObject({
      what: "The cluster's certificate does not hold",
      why: expect.stringContaining(`(context lab): ${why}`),
      mend: expect.stringMatching(
        /^It is \d{4}-\d\d-\d\dT\d\d:\d\dZ by the clock of this machine\. Where that is wrong/,
      ),
      command: 'timedatectl status',
    })
  })
})
