import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { ClusterClient, KubernetesObject } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { until } from '../../harness/until.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operator.ts'
import { webhookServer, type WebhookServer } from './webhook-server.ts'

const cluster = useCluster()
const webhook = 'engines.webhook.test'
const admission = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' }
const namespaces = ['webhook-refuses', 'webhook-away', 'webhook-goes']

let client: ClusterClient
let target: Target
let server: WebhookServer

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectAs(cluster)
  target = targetOver(client)
})
beforeEach(async () => {
  const { server: access } = inject('cluster')
  if (access !== undefined) server = await webhookServer(access)
})
afterEach(async () => {
  if (cluster.kubeconfig === '') return
  await client.delete({ ...admission, name: webhook })
  await server.close()
})
afterAll(() => client?.close())

/** Has the API server ask the webhook about workloads, and waits until it does. */
async function install(namespace: string): Promise<void> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const rule = { apiGroups: ['apps', ''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'] }
  await client.apply({
    ...admission,
    metadata: { name: webhook },
    webhooks: [
      {
        name: webhook,
        clientConfig: { url: server.url, caBundle: server.caBundle },
        rules: [{ ...rule, resources: ['deployments', 'services', 'configmaps'] }],
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }],
        },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 30,
      },
    ],
  } as KubernetesObject)
  let isAsked = false
  server.judge = () => {
    isAsked = true
    return undefined
  }
  const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe', namespace } }
  await until(
    async () => {
      await client.apply(probe, { dryRun: true })
      return isAsked
    },
    () => 'the webhook is not asked',
    120_000,
  )
}

const deploymentsOf = async (namespace: string) =>
  (await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })).items.map(
    ({ metadata }) => metadata.name,
  )

/** Applies a Fleet, and holds the cluster to it. */
async function converge(namespace: string): Promise<void> {
  const source = sourceOf(smallFleet({ name: 'hooked', namespace }))
  await target.apply(source, contextOf())
  expect((await target.plan(source, {})).hasChanges).toBe(false)
  expect((await deploymentsOf(namespace)).toSorted()).toEqual(['hooked-gateway', 'hooked-small'])
}

// proves B7 (real part)
describe('a webhook of the cluster', () => {
  it('that refuses is told by its name with what it says, before anything is changed', async () => {
    const namespace = 'webhook-refuses'
    await install(namespace)
    server.judge = ({ kind }) => (kind.kind === 'Deployment' ? 'engines need a cost centre' : undefined)
    const source = sourceOf(smallFleet({ name: 'hooked', namespace }))
    await expect(target.apply(source, contextOf())).rejects.toMatchObject({
      parts: {
        what: 'Fleet hooked cannot be applied: 2 things are in the way',
        why: `Deployment hooked-gateway, Deployment hooked-small (refused): webhook ${webhook} refuses it: engines need a cost centre. Change what webhook ${webhook} objects to, or ask whoever runs it.`,
        mend: 'Nothing was changed. Mend what is listed and run the command again.',
        command: expect.stringContaining('kubectl get validatingwebhookconfigurations'),
      },
    })
    expect(await deploymentsOf(namespace)).toEqual([])
    server.judge = () => undefined
    await converge(namespace)
  })

  it('that does not answer, and must be asked, is told by its name with what brings it back', async () => {
    const namespace = 'webhook-away'
    await install(namespace)
    await server.close()
    const source = sourceOf(smallFleet({ name: 'hooked', namespace }))
    const { actions } = await target.plan(source, {})
    expect(
      new Set(actions.flatMap(({ verb, subject }) => (verb === 'refused' ? [subject.split(' ')[0]] : []))),
    ).toEqual(new Set(['ConfigMap', 'Service', 'Deployment']))
    await expect(target.apply(source, contextOf())).rejects.toMatchObject({
      parts: {
        why: expect.stringMatching(
          new RegExp(
            `and \\d+ more \\(refused\\): webhook ${webhook} cannot be asked: .*connection refused. Have webhook`,
          ),
        ),
        command: expect.stringContaining('kubectl get validatingwebhookconfigurations'),
      },
    })
    // What its command shows leads to the configuration.
    await client.delete({ ...admission, name: webhook })
    await until(
      async () => !(await target.plan(source, {})).actions.some(({ blocks }) => blocks === true),
      () => 'the webhook is still asked',
      120_000,
    )
    await converge(namespace)
  })

  it('that goes in the middle ends apply with its name, and a second apply goes on from there', async () => {
    const namespace = 'webhook-goes'
    await install(namespace)
    // It says yes to every dry run and to the first objects.
    server.judge = ({ kind, dryRun }) =>
      kind.kind === 'Deployment' && dryRun !== true ? 'the webhook is being replaced' : undefined
    const cut = target.apply(sourceOf(smallFleet({ name: 'hooked', namespace })), contextOf())
    await expect(cut).rejects.toMatchObject({
      parts: {
        what: expect.stringMatching(/^The cluster's admission refuses Deployment webhook-goes\/hooked-/),
        why: `webhook ${webhook} refuses it: the webhook is being replaced`,
        mend: `Change what webhook ${webhook} objects to, or ask whoever runs it. Then run the command again.`,
      },
    })
    server.judge = () => undefined
    await converge(namespace)
  })
})
