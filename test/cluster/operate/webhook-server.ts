import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { Access } from '../harness/api-client.ts'

/** The part of an AdmissionReview that a webhook here looks at. */
export interface AdmissionRequest {
  readonly uid: string
  readonly kind: { readonly kind: string }
  readonly name: string
  readonly dryRun?: boolean
}

/** A validating webhook over HTTPS. */
export interface WebhookServer {
  readonly url: string
  /** What an API server trusts it by. */
  readonly caBundle: string
  /** The text of its refusal; undefined lets an object pass. */
  judge: (request: AdmissionRequest) => string | undefined
  close(): Promise<void>
}

/** Serves with the certificate of the API server itself, which both trust. */
export async function webhookServer({ caFile }: Access): Promise<WebhookServer> {
  const cert = readFileSync(caFile)
  const key = readFileSync(join(dirname(caFile), 'apiserver.key'))
  const server = createServer({ cert, key }, (asked, answer) => {
    let text = ''
    asked.setEncoding('utf8')
    asked.on('data', (piece: string) => (text += piece))
    asked.on('end', () => {
      const { request } = JSON.parse(text) as { readonly request: AdmissionRequest }
      const message = webhook.judge(request)
      const response = {
        uid: request.uid,
        allowed: message === undefined,
        ...(message === undefined ? {} : { status: { code: 403, message } }),
      }
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webhook: WebhookServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/validate`,
    caBundle: cert.toString('base64'),
    judge: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return webhook
}
