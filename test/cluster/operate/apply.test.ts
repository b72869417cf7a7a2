import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClusterError, type ClusterClient, type KubernetesObject } from '../../../src/kubernetes/index.ts'
import type { Target, TargetPlan } from '../../../src/operate/index.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useCluster()
let client: ClusterClient
let target: Target

beforeAll(async () => {
  if (cluster.kubeconfig === '') return
  client = await connectAs(cluster)
  target = targetOver(client)
})
afterAll(() => client?.close())

/** What a plan says, a line for each action. */
const lines = ({ actions }: TargetPlan) => actions.map(({ verb, subject }) => `${verb} ${subject}`)
const get = (namespace: string, kind: string, name: string) =>
  client.get({ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, namespace, name })

/** A Fleet with a GPU, a model volume and a key. */
const heavyFleet = (namespace: string, models: readonly string[] = ['llama', 'qwen']) => `name: heavy
models:
${models.map((name) => `  - { name: ${name}, engine: vllm, source: "hf://Qwen/Qwen3-4B-Instruct-2507", hardware: { gpu: l40s } }\n`).join('')}access: { keysFile: /etc/fairlead/keys }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets:
  default: kubernetes
  kubernetes: { namespace: ${namespace}, monitoring: none, networkPolicy: false }
`

// proves B7 (real part)
describe('plan and apply', () => {
  it('make what is rendered, and a second apply finds nothing to do', async () => {
    const source = sourceOf(smallFleet({ namespace: 'first' }))
    const planned = await target.plan(source, {})
    const rendered = source.rendered?.artifacts ?? []
    expect(lines(planned)).toEqual(
      rendered.flatMap((artifact) =>
        artifact.kind === 'object' ? [`create ${artifact.object.kind} ${artifact.object.metadata.name}`] : [],
      ),
    )
    expect(lines(planned)).toContain('create Deployment lab-small')
    const context = contextOf()
    await target.apply(source, context)
    expect(context.told.at(-1)).toBe('Apply 2 × Deployment: 2 created')
    expect(await target.plan(source, {})).toEqual({ actions: [], hasChanges: false })
    const inventory = await get('first', 'ConfigMap', 'lab-inventory')
    expect(inventory?.['data']).toMatchObject({
      objects: expect.stringContaining('apps/v1 Deployment first lab-small'),
    })
    const again = contextOf()
    await target.apply(source, again)
    expect(again.told).toEqual(['Compare with the cluster: nothing to change'])
    const after = await get('first', 'ConfigMap', 'lab-inventory')
    expect(after?.metadata.resourceVersion).toBe(inventory?.metadata.resourceVersion)
    expect(await target.revisions('lab', {})).toMatchObject([{ number: 1, isCurrent: true, objects: rendered.length }])
  })

  it('tell which line of the Fleet changes what and whether pods restart, and remove what it no longer has', async () => {
    const namespace = 'changing'
    await target.apply(sourceOf(smallFleet({ namespace, models: 'small,other' })), contextOf())
    const changed = sourceOf(smallFleet({ namespace, replicas: 3 }))
    const { actions } = await target.plan(changed, {})
    const small = actions.find(({ subject }) => subject === 'Deployment lab-small')
    expect(small).toMatchObject({ verb: 'change', restartsPods: true })
    expect(small?.fields).toContainEqual({
      path: 'spec.replicas',
      before: 1,
      after: 3,
      cause: { path: 'models[0].replicas', line: 5, column: 15 },
    })
    expect(actions.filter(({ verb }) => verb === 'prune').map(({ subject }) => subject)).toEqual([
      'Service lab-other',
      'Deployment lab-other',
    ])
    await target.apply(changed, contextOf())
    expect(await get(namespace, 'Deployment', 'lab-other')).toBeUndefined()
    expect((await target.plan(changed, {})).hasChanges).toBe(false)
  })

  it('keep volumes of models that are gone until they are told otherwise', async () => {
    const namespace = 'volumes'
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'heavy-secrets', namespace },
      stringData: { keys: 'a b' },
    } as KubernetesObject)
    await target.apply(sourceOf(heavyFleet(namespace)), contextOf())
    const more = sourceOf(heavyFleet(namespace).replaceAll('engine: vllm', 'engine: vllm, replicas: 2'))
    const { actions } = await target.plan(more, {})
    expect(actions.find(({ subject }) => subject === 'PersistentVolumeClaim heavy-llama-models')).toMatchObject({
      blocks: true,
      detail: expect.stringContaining('a claim that is ReadWriteOnce never becomes ReadWriteMany'),
    })
    const fewer = sourceOf(heavyFleet(namespace, ['llama']))
    expect(lines(await target.plan(fewer, {}))).toContain('keep PersistentVolumeClaim heavy-qwen-models')
    await target.apply(fewer, contextOf())
    expect(await get(namespace, 'PersistentVolumeClaim', 'heavy-qwen-models')).toBeDefined()
    await target.apply(fewer, contextOf({ pruneVolumes: true }))
    // The API server keeps a claim until the protection controller lets go of it; here nobody does.
    expect(
      (await get(namespace, 'PersistentVolumeClaim', 'heavy-qwen-models'))?.metadata.deletionTimestamp,
    ).toBeDefined()
    const { wasThere, kept } = await target.delete('heavy', {}, contextOf())
    expect(wasThere).toBe(true)
    expect(kept).toEqual(expect.arrayContaining(['Namespace volumes', 'PersistentVolumeClaim heavy-llama-models']))
    expect(await get(namespace, 'Deployment', 'heavy-llama')).toBeUndefined()
    expect(await get(namespace, 'ConfigMap', 'heavy-inventory')).toBeUndefined()
    expect(await get(namespace, 'Secret', 'heavy-secrets')).toBeDefined()
  })

  it('stop before anything starts where a Secret is absent, and say how to make it', async () => {
    const source = sourceOf(heavyFleet('no-secret'))
    await expect(target.apply(source, contextOf())).rejects.toMatchObject({
      parts: {
        what: 'Fleet heavy cannot be applied: something is in the way',
        why: 'Secret heavy-secrets (missing): there is no Secret heavy-secrets in namespace no-secret, and access.keysFile (line 5) of fleet.yaml refers to it; fairlead secrets set /etc/fairlead/keys',
        command: 'fairlead secrets set /etc/fairlead/keys',
      },
    })
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'no-secret' })).toBeUndefined()
  })
})

describe('what others do to a Fleet', () => {
  it('is told as a drift with who did it, and put back only when forced', async () => {
    const namespace = 'drift'
    const source = sourceOf(smallFleet({ namespace }))
    await target.apply(source, contextOf())
    await cluster.kubectl('-n', namespace, 'scale', 'deployment', 'lab-small', '--replicas=7')
    await cluster.kubectl(
      '-n',
      namespace,
      'patch',
      'service',
      'lab',
      '--field-manager=ann',
      '-p',
      '{"spec":{"type":"NodePort"}}',
    )
    const { actions } = await target.plan(source, {})
    expect(actions).toMatchObject([
      { verb: 'drift', subject: 'Service lab', blocks: true },
      {
        verb: 'drift',
        subject: 'Deployment lab-small',
        detail: '1 field changed by kubectl since it was applied; --force-conflicts puts it back',
        fields: [{ path: 'spec.replicas', before: 7, after: 1, manager: 'kubectl' }],
        blocks: true,
      },
    ])
    await expect(target.apply(source, contextOf())).rejects.toMatchObject({
      parts: { why: expect.stringContaining('changed by ann') },
    })
    expect(await get(namespace, 'Deployment', 'lab-small')).toMatchObject({ spec: { replicas: 7 } })
    await target.apply(source, contextOf({ forceConflicts: true }))
    expect(await get(namespace, 'Deployment', 'lab-small')).toMatchObject({ spec: { replicas: 1 } })
    expect((await target.plan(source, {})).hasChanges).toBe(false)
  })

  it('does not count where it was `fairlead scale`', async () => {
    const namespace = 'scaled'
    const source = sourceOf(smallFleet({ namespace, name: 'scaled' }))
    await target.apply(source, contextOf())
    const result = await target.scale('scaled', { model: 'small', replicas: 4 }, contextOf())
    expect(result).toMatchObject({ subject: 'Deployment scaled-small', before: 1, after: 4 })
    expect(await get(namespace, 'Deployment', 'scaled-small')).toMatchObject({ spec: { replicas: 4 } })
    await target.apply(source, contextOf())
    expect(await get(namespace, 'Deployment', 'scaled-small')).toMatchObject({ spec: { replicas: 1 } })
  })

  it('is left alone: an object of their own in our place stops everything', async () => {
    const namespace = 'foreign'
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await cluster.kubectl('-n', namespace, 'create', 'service', 'clusterip', 'lab', '--tcp=80')
    const source = sourceOf(smallFleet({ namespace }))
    await expect(target.apply(source, contextOf())).rejects.toMatchObject({
      parts: {
        why: expect.stringContaining('Service lab (conflict): it is there already and belongs to kubectl-create'),
      },
    })
    expect(await get(namespace, 'Deployment', 'lab-small')).toBeUndefined()
    await target.apply(source, contextOf({ forceConflicts: true }))
    expect((await get(namespace, 'Service', 'lab'))?.metadata.labels).toMatchObject({ 'fairlead.dev/fleet': 'lab' })
  })

  it('is told before anything is written, where a policy of the cluster refuses an object', async () => {
    const policy = 'no-small-engines.fairlead.test'
    const admission = 'admissionregistration.k8s.io/v1'
    await client.apply({
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: policy },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: "object.metadata.namespace != 'refused'", message: 'no engines here' }],
      },
    } as KubernetesObject)
    await client.apply({
      apiVersion: admission,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: policy },
      spec: { policyName: policy, validationActions: ['Deny'] },
    } as KubernetesObject)
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'refused' } })
    const source = sourceOf(smallFleet({ namespace: 'refused' }))
    try {
      await expect
        .poll(async () => lines(await target.plan(source, {})), { timeout: 30_000, interval: 500 })
        .toContain('refused Deployment lab-small')
      await expect(target.apply(source, contextOf())).rejects.toMatchObject({
        parts: { why: expect.stringContaining('no engines here') },
      })
      expect(await get('refused', 'ServiceAccount', 'lab-engine')).toBeUndefined()
    } finally {
      await client.delete({ apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding', name: policy })
      await client.delete({ apiVersion: admission, kind: 'ValidatingAdmissionPolicy', name: policy })
    }
  })
})

/** A client with some of its methods replaced. */
const withMethods = (inner: ClusterClient, methods: Partial<ClusterClient>): ClusterClient =>
  new Proxy(inner, {
    get(base, property) {
      const value: unknown = Reflect.get(methods, property) ?? Reflect.get(base, property)
      return typeof value === 'function' ? value.bind(base) : value
    },
  })

/** Requests that change something. */
const writes = new Set<PropertyKey>(['apply', 'create', 'update', 'patch', 'delete'])

/** A client that fails at the k-th change, before or after the server has made it. */
function failingAt(
  inner: ClusterClient,
  k: number,
  when: 'before' | 'after',
): ClusterClient & { readonly changes: number } {
  let changes = 0
  return new Proxy(inner as ClusterClient & { changes: number }, {
    get(base, property) {
      if (property === 'changes') return changes
      const value: unknown = Reflect.get(base, property)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        const isDry = args.some((arg) => (arg as { dryRun?: boolean } | undefined)?.dryRun === true)
        // The lock is taken and given back as always: what it does when its holder dies is shown apart.
        const isLock = args.some((arg) => (arg as { kind?: string } | undefined)?.kind === 'Lease')
        if (!writes.has(property) || isDry || isLock) return value.apply(base, args)
        changes += 1
        const isTheOne = changes === k
        if (isTheOne && when === 'before') throw new Error('interrupted')
        const result: unknown = await value.apply(base, args)
        if (isTheOne) throw new Error('interrupted')
        return result
      }
    },
  })
}

/** Fails the k-th change of an update, then gives it up for another Fleet file; whether there was a k-th. */
async function cutAndGoOn(when: 'before' | 'after', k: number): Promise<boolean> {
  const namespace = `cut-${when}-${k}`
  await target.apply(sourceOf(smallFleet({ namespace, models: 'small,old' })), contextOf())
  const failing = failingAt(client, k, when)
  const second = targetOver(failing).apply(sourceOf(smallFleet({ namespace, models: 'small,new' })), contextOf())
  const outcome = await second.then(
    () => 'done',
    (error: Error) => error.message,
  )
  const wasCut = failing.changes >= k
  expect(outcome).toBe(wasCut ? 'interrupted' : 'done')
  // What both others made must not stay.
  const isResumed = k % 2 === 0
  const third = sourceOf(smallFleet({ namespace, models: isResumed ? 'small,new' : 'third' }))
  await target.apply(third, contextOf())
  expect((await target.plan(third, {})).hasChanges).toBe(false)
  const left = await client.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })
  const names = left.items.map(({ metadata }) => metadata.name).toSorted()
  expect(names).toEqual(isResumed ? ['lab-gateway', 'lab-new', 'lab-small'] : ['lab-gateway', 'lab-third'])
  return wasCut
}

describe('apply that is interrupted', () => {
  it.each(['before', 'after'] as const)(
    '%s any one of its changes is completed by the next, and nothing is orphaned',
    async (when) => {
      let k = 1
      while (await cutAndGoOn(when, k)) k += 1
      expect(k).toBeGreaterThan(8)
    },
  )
})

describe('two who apply at once', () => {
  it('do not undo each other: one is told who is at it, and the next apply converges', async () => {
    const namespace = 'race'
    const a = sourceOf(smallFleet({ namespace, replicas: 1 }))
    const b = sourceOf(smallFleet({ namespace, replicas: 2 }))
    await target.apply(a, contextOf())
    const outcomes = await Promise.allSettled([target.apply(b, contextOf()), target.apply(b, contextOf())])
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const failure of failures) expect(failure).toContain('is being changed by')
    await target.apply(b, contextOf())
    expect((await target.plan(b, {})).hasChanges).toBe(false)
    expect(
      await client.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'lab-apply' }),
    ).toBeUndefined()
  })

  it('wait for a holder elsewhere, and not for one of this machine that is dead', async () => {
    const namespace = 'held'
    const source = sourceOf(smallFleet({ namespace }))
    await target.apply(source, contextOf())
    const lease = (holderIdentity: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'lab-apply', namespace },
      spec: { holderIdentity, leaseDurationSeconds: 30, renewTime: new Date().toISOString().replace('Z', '000Z') },
    })
    const { hostname } = await import('node:os')
    const changed = sourceOf(smallFleet({ namespace, replicas: 2 }))
    await client.create(lease('bea@elsewhere (process 7, 1)'))
    await expect(target.apply(changed, contextOf())).rejects.toMatchObject({
      parts: { what: 'Fleet lab is being changed by bea@elsewhere (process 7)' },
    })
    await client.delete({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'lab-apply' })
    await client.create(lease(`bea@${hostname()} (process 4194303, 1)`))
    await target.apply(changed, contextOf())
    expect(await get(namespace, 'Deployment', 'lab-small')).toMatchObject({ spec: { replicas: 2 } })
  })
})

describe('revisions', () => {
  it('are kept, the last ten, and one can be gone back to', async () => {
    const namespace = 'revisions'
    const name = 'revised'
    for (let replicas = 1; replicas <= 12; replicas += 1) {
      await target.apply(sourceOf(smallFleet({ namespace, name, replicas })), contextOf())
    }
    const before = await target.revisions(name, {})
    expect(before.map(({ number }) => number)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
    expect(await target.rollback(name, { revision: 5 }, contextOf())).toMatchObject({ number: 5 })
    expect(await get(namespace, 'Deployment', 'revised-small')).toMatchObject({ spec: { replicas: 5 } })
    expect((await target.revisions(name, {}))[0]).toMatchObject({
      number: 13,
      isCurrent: true,
      reason: 'back to revision 5',
    })
    await expect(target.rollback(name, { revision: 1 }, contextOf())).rejects.toMatchObject({
      parts: { why: expect.stringContaining('the current one is 13') },
    })
    await target.rollback(name, {}, contextOf())
    expect(await get(namespace, 'Deployment', 'revised-small')).toMatchObject({ spec: { replicas: 12 } })
  })
})

describe('a Fleet that is not there', () => {
  it('has a status that says so, and verbs that say where it was looked for', async () => {
    expect(await target.status('nowhere', {})).toMatchObject({ running: false, replicas: [] })
    await expect(target.scale('nowhere', { model: 'm', replicas: 1 }, contextOf())).rejects.toMatchObject({
      parts: { what: 'There is no Fleet nowhere in this cluster' },
    })
    expect(await target.delete('nowhere', {}, contextOf())).toMatchObject({ wasThere: false })
  })

  it('fails with the right that is missing, and the Role that grants it', async () => {
    const refusal = new ClusterError({
      reason: 'forbidden',
      status: 403,
      message: 'deployments.apps is forbidden',
      subject: {
        verb: 'patch',
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        resource: 'deployments',
        namespace: 'first',
        name: 'lab-small',
      },
    })
    const forbidden = withMethods(client, { apply: () => Promise.reject(refusal) })
    await expect(targetOver(forbidden).plan(sourceOf(smallFleet({ namespace: 'first' })), {})).rejects.toMatchObject({
      parts: { mend: expect.stringMatching(/deployments/) },
    })
  })
})
