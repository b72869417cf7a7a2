import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { explainClusterError } from './explain-cluster-error.ts'
import { readRefusal } from './read-refusal.ts'

const subject = {
  verb: 'patch',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  resource: 'deployments',
  namespace: 'lab',
  name: 'llama',
}
const place = { context: 'prod', server: 'https://k8s.example.org:6443' }
const refusal = (status: number, message: string, more: object = {}, retryAfter?: string) =>
  readRefusal(
    { status, text: JSON.stringify({ kind: 'Status', message, code: status, ...more }), retryAfter },
    subject,
    place.server,
  )

const user = 'User "system:serviceaccount:ci:deployer"'
const cannot = `deployments.apps "llama" is forbidden: ${user} cannot patch resource "deployments" in API group "apps" in the namespace "lab"`

describe('what a refusal means', () => {
  it.each([
    ['RBAC', 403, cannot, {}, 'forbidden'],
    ['a WebSocket to a pod that may only be read', 403, 'pods "x" is forbidden: ', {}, 'forbidden'],
    [
      'rights that it would give away',
      403,
      'roles is forbidden: user "x" (groups=["y"]) is attempting to grant RBAC permissions not currently held:',
      {},
      'forbidden',
    ],
    [
      'a kind whose definition is being deleted',
      403,
      'podmonitors.monitoring.coreos.com "lab" is forbidden: create not allowed while custom resource definition is terminating',
      {},
      'no-such-kind',
    ],
    [
      'a server whose admission has not come up yet',
      403,
      'services "lab" is forbidden: not yet ready to handle request',
      {},
      'unreachable',
    ],
    [
      'a quota',
      403,
      'pods "x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=8, used: 8, limited: 8',
      {},
      'quota',
    ],
    [
      'a LimitRange',
      403,
      'pods "x" is forbidden: [maximum memory usage per Container is 1Gi, but limit is 2Gi]',
      {},
      'quota',
    ],
    [
      'pod security',
      403,
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": host namespaces',
      {},
      'admission',
    ],
    [
      'a namespace that ends',
      403,
      'deployments.apps "x" is forbidden: unable to create new content in namespace lab because it is being terminated',
      {},
      'admission',
    ],
    ['a webhook', 400, 'admission webhook "policy.example.org" denied the request: no', {}, 'admission'],
    [
      'a webhook that does not answer',
      500,
      'Internal error occurred: failed calling webhook "x": Post "https://x": context deadline exceeded',
      {},
      'admission',
    ],
    [
      'a policy',
      422,
      "deployments.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      {},
      'admission',
    ],
    [
      'an absent object',
      404,
      'deployments.apps "llama" not found',
      { reason: 'NotFound', details: { name: 'llama' } },
      'not-found',
    ],
    [
      'an absent kind',
      404,
      'the server could not find the requested resource',
      { reason: 'NotFound', details: {} },
      'no-such-kind',
    ],
    [
      'another one of the name',
      409,
      'deployments.apps "llama" already exists',
      { reason: 'AlreadyExists' },
      'conflict',
    ],
    ['an old version', 410, 'too old resource version: 1 (2)', { reason: 'Expired' }, 'gone'],
    [
      'a type',
      500,
      'failed to create typed patch object (lab/llama; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string',
      {},
      'invalid',
    ],
    ['an etcd that is slow', 500, 'etcdserver: request timed out', { reason: 'Timeout' }, 'timeout'],
    ['an API that nobody serves', 503, 'service unavailable', {}, 'unreachable'],
    ['a fault', 500, 'boom', {}, 'internal'],
  ])('%s', (_title, status, message, more, reason) => {
    expect(refusal(status, message, more)).toMatchObject({ reason, status, message })
  })

  it('of a proxy, which has no object', () => {
    expect(readRefusal({ status: 404, text: '404 page not found\n' }, subject, '')).toMatchObject({
      reason: 'no-such-kind',
      message: '404 page not found',
    })
    expect(readRefusal({ status: 502, text: '' }, subject, '').message).toBe('HTTP status 502')
    expect(readRefusal({ status: 400, text: '{"kind":' }, subject, '')).toMatchObject({ reason: 'invalid' })
  })

  it('says when to come again', () => {
    expect(refusal(429, 'busy', { details: { retryAfterSeconds: 2 } }).retryAfterMs).toBe(2_000)
    expect(refusal(429, 'busy', {}, '1').retryAfterMs).toBe(1_000)
    expect(refusal(429, 'busy', {}, 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterMs).toBeUndefined()
  })

  it('names every field', () => {
    const message =
      'failed to create typed patch object (lab/llama; apps/v1, Kind=Deployment): errors:\n  .spec.template.spec.containers[name="engine"].ports: expected list, got &{a}\n  .spec.replica: field not declared in schema'
    expect(refusal(500, message).fields).toEqual([
      { field: 'spec.template.spec.containers[name="engine"].ports', message: 'expected list, got &{a}' },
      { field: 'spec.replica', message: 'field not declared in schema' },
    ])
    const strict = 'strict decoding error: unknown field "spec.a", duplicate field "spec.b"'
    expect(refusal(400, strict).fields.map(({ field }) => field)).toEqual(['spec.a', 'spec.b'])
  })
})

describe('what a person is told', () => {
  it('of a missing right: which, and the Role and binding that give it to who asked', () => {
    const { parts } = explainClusterError(refusal(403, cannot), place)
    expect(parts).toMatchObject({
      what: 'Not allowed to patch deployments.apps',
      where: 'Deployment lab/llama (context prod)',
      command: 'kubectl auth can-i patch deployments.apps -n lab',
    })
    const objects = parseAllDocuments(parts.mend?.split(':\n').slice(1).join(':\n') ?? '').map((document) =>
      document.toJS(),
    )
    expect(objects).toMatchObject([
      {
        kind: 'Role',
        metadata: { namespace: 'lab' },
        rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create', 'patch'] }],
      },
      { kind: 'RoleBinding', subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' }] },
    ])
  })

  it('of many wrong fields: the first ones, and how many more', () => {
    const causes = Array.from({ length: 12 }, (_, index) => ({ field: `spec.a${index}`, message: 'Required value' }))
    const { why = '' } = explainClusterError(
      refusal(422, 'invalid', { details: { name: 'llama', causes } }),
      place,
    ).parts
    expect(why.split('\n')).toHaveLength(11)
    expect(why).toContain('spec.a0: Required value')
    expect(why).toContain('and 2 more')
  })

  it.each([
    [401, 'Unauthorized', 'The cluster does not know who asks'],
    [409, 'the object has been modified', 'Deployment lab/llama was changed by somebody else at the same time'],
    [404, '404 page not found', 'The cluster has no Deployment of apps/v1'],
    [403, 'pods "x" is forbidden: exceeded quota: q', 'A quota has no room for Deployment lab/llama'],
    [429, 'slow down', 'The cluster is too busy'],
    [500, 'boom', 'The cluster failed to patch Deployment lab/llama'],
  ])('of %i %s', (status, message, what) => {
    expect(explainClusterError(refusal(status, message), place).parts).toMatchObject({
      what,
      why: expect.any(String),
      mend: expect.any(String),
    })
  })
})
