import { describe, expect, it } from 'vitest'
import { mendWebhookRefusal, readWebhookRefusal, tellWebhookRefusal } from './webhook-refusal.ts'

// As kube-apiserver 1.36 says it; the first and the third come from one in test/cluster/operate/webhook.test.ts.
describe('a refusal of a webhook', () => {
  it.each([
    [
      'admission webhook "cost.example.org" denied the request: engines need a cost centre',
      'webhook cost.example.org refuses it: engines need a cost centre',
      /^Change what webhook cost/,
    ],
    [
      'admission webhook "cost.example.org" denied the request without explanation',
      'webhook cost.example.org refuses it: without explanation',
      /^Change what webhook cost/,
    ],
    [
      'Internal error occurred: failed calling webhook "cost.example.org": failed to call webhook: Post "https://cost.ops.svc:443/check?timeout=10s": dial tcp 10.0.0.9:443: connect: connection refused',
      'webhook cost.example.org cannot be asked: Post "https://cost.ops.svc:443/check?timeout=10s": dial tcp 10.0.0.9:443: connect: connection refused',
      /^Have webhook cost\.example\.org answer again .*nothing passes until then\.$/,
    ],
  ])('%s', (message, told, mend) => {
    const refusal = readWebhookRefusal(message)
    if (refusal === undefined) throw new Error('it is not read')
    expect(tellWebhookRefusal(refusal)).toBe(told)
    expect(mendWebhookRefusal(refusal)).toMatch(mend)
  })

  it('is not what policies and Pod Security say', () => {
    expect(readWebhookRefusal('pods "x" is forbidden: violates PodSecurity "restricted:latest"')).toBeUndefined()
    expect(readWebhookRefusal("ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no")).toBeUndefined()
  })
})
