import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import type { NodeSpec } from './harness/kubelet/node-object.ts'
import { applyObjects, deleteObjects, objectsOf } from './harness/story/apply-fleet.ts'
import { ConstantLoad, type LoadEnd, type LoadReport } from './harness/story/constant-load.ts'

const key = 'sk-story-0123456789abcdef'
const engines = { pool: 'engines' }
const cluster = useRunningCluster({
  nodes: [
    { name: 'front' },
    { name: 'engines-0', gpus: 2, labels: engines },
    { name: 'engines-1', gpus: 2, labels: engines },
    { name: 'engines-2', gpus: 2, labels: engines },
  ],
})

/** Engines on machines of their own, the gateway elsewhere, as GPUs are kept apart in real clusters. */
const fleet = (tokensPerSecond: number) => `name: story
models:
  - name: chat
    engine: simulated
    replicas: 2
    simulated: { ttft: 200ms, tokensPerSecond: ${tokensPerSecond} }
    probes: { startup: { interval: 1s }, readiness: { interval: 1s } }
    placement:
      nodeSelector: { pool: engines }
      tolerations: [{ key: dedicated, value: engines, effect: NoSchedule }]
access: { keysFile: /etc/fairlead/keys.txt }
targets:
  default: kubernetes
  kubernetes: { namespace: lab, monitoring: annotations }
`
const rolloutMs = 300_000

const rolledOut = async (name: string) => {
  const told = await cluster().kubectl('rollout', 'status', `deployment/${name}`, '-n', 'lab', '--timeout=280s')
  expect(told).toContain('successfully rolled out')
}

/** What a load tells when nothing was refused and nothing was cut. */
const unharmed = { refused: [], cut: [] }

/** Starts a load, does something meanwhile, and tells what became of the load's requests. */
async function under(load: ConstantLoad, action: () => Promise<void>, end: LoadEnd = 'now'): Promise<LoadReport> {
  await until(
    () => load.answered > 1,
    () => 'the load is answered',
  )
  await action()
  const answered = load.answered
  await until(
    () => load.answered > answered + 1,
    () => 'the load is still answered',
  )
  return load.stop(end)
}

interface EnginePod {
  readonly name: string
  readonly node: string
  readonly isReady: boolean
  readonly command: string
}

/** Pods of the model; those that are being deleted only where it is said so. */
async function enginePods(withLeaving = false): Promise<readonly EnginePod[]> {
  const { body } = await cluster().client.get('/api/v1/namespaces/lab/pods?labelSelector=fairlead.dev%2Fmodel%3Dchat')
  const pods = body['items'] as readonly Pod[]
  return pods
    .filter(({ metadata }) => withLeaving || metadata?.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata?.name ?? '',
      node: spec?.nodeName ?? '',
      isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      command: spec?.containers[0]?.command?.join(' ') ?? '',
    }))
}

const scale = (replicas: number) =>
  cluster().kubectl('scale', 'deployment/story-chat', '-n', 'lab', `--replicas=${replicas}`)

describe('a Fleet on a real Kubernetes API, its pods as processes', () => {
  let gateway = ''
  let lost: NodeSpec = { name: '' }
  const load = () => new ConstantLoad(gateway, key, 'chat')

  beforeAll(async () => {
    for (const name of ['engines-0', 'engines-1', 'engines-2']) {
      await cluster().kubectl('taint', 'node', name, 'dedicated=engines:NoSchedule')
    }
    gateway = await cluster().forward('story.lab.svc', 8080)
  }, 60_000)

  it(
    'comes up as it is rendered, and a client streams through the gateway’s Service',
    async () => {
      await applyObjects(cluster().client, objectsOf(fleet(100)))
      // Pods wait for what a person makes: the Fleet's Secret.
      await cluster().client.post('/api/v1/namespaces/lab/secrets', {
        metadata: { name: 'story-secrets' },
        stringData: { 'keys.txt': `me ${key}\n` },
      })
      await rolledOut('story-chat')
      await rolledOut('story-gateway')
      const client = new OpenAI({ baseURL: `http://${gateway}/v1`, apiKey: key })
      const stream = await client.chat.completions.create({
        model: 'chat',
        stream: true,
        max_tokens: 12,
        messages: [{ role: 'user', content: 'hello' }],
      })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      expect(text.length).toBeGreaterThan(12)
    },
    rolloutMs,
  )

  it(
    'takes another setting under load: every pod is replaced, no request is refused or cut',
    async () => {
      const report = await under(load(), async () => {
        await applyObjects(cluster().client, objectsOf(fleet(150)))
        await rolledOut('story-chat')
        await rolledOut('story-gateway')
        await onlyPodsWith('"tokensPerSecond":150')
      })
      expect(report).toMatchObject(unharmed)
    },
    rolloutMs,
  )

  it(
    'goes back under load',
    async () => {
      const report = await under(load(), async () => {
        await cluster().kubectl('rollout', 'undo', 'deployment/story-chat', '-n', 'lab')
        await rolledOut('story-chat')
      })
      expect(report).toMatchObject(unharmed)
    },
    rolloutMs,
  )

  it(
    'grows to three replicas and shrinks again under load',
    async () => {
      const report = await under(load(), async () => {
        await scale(3)
        await rolledOut('story-chat')
        await scale(1)
        await until(
          async () => (await enginePods()).length === 1,
          () => 'two pods leave',
          rolloutMs,
        )
        await scale(2)
        await rolledOut('story-chat')
      })
      expect(report).toMatchObject(unharmed)
    },
    rolloutMs,
  )

  it(
    'loses a node: what had not begun is answered by another replica, and a new pod comes up elsewhere',
    async () => {
      const [victim] = await enginePods()
      const node = victim?.node ?? ''
      lost = { name: node, gpus: 2, labels: engines }
      const report = await under(
        load(),
        async () => {
          await cluster().order('powerOff', node)
          await until(
            async () => (await enginePods()).filter(({ isReady, node: at }) => isReady && at !== node).length === 2,
            () => 'two ready pods on other nodes',
            rolloutMs,
          )
        },
        'answered',
      )
      expect(report.refused).toEqual([])
      // At most what the dead machine was saying at that moment.
      expect(report.cut.length).toBeLessThanOrEqual(6)
    },
    rolloutMs,
  )

  it(
    'is deleted, and nothing of it is left, neither objects nor processes',
    async () => {
      // The machine comes back, and learns which of its pods are to be gone.
      await cluster().order('powerOn', lost)
      const [namespace, ...objects] = objectsOf(fleet(100)).toSorted(
        (a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'),
      )
      await deleteObjects(cluster().client, objects)
      // The namespace's own controller looks again only after half a minute where it finds pods that end.
      await until(
        async () => (await cluster().kubectl('get', 'pods', '-n', 'lab', '-o', 'name')) === '',
        () => 'no pod is left',
        rolloutMs,
      )
      await deleteObjects(cluster().client, namespace === undefined ? [] : [namespace])
      await until(
        async () => (await cluster().client.get('/api/v1/namespaces/lab')).status === 404,
        () => 'the namespace is gone',
        rolloutMs,
      )
      const left = await cluster().kubectl(
        'get',
        'all,configmaps,pdb,networkpolicies',
        '-A',
        '-l',
        'fairlead.dev/fleet=story',
        '-o',
        'name',
      )
      expect(left).toBe('')
      expect(await cluster().order('containers')).toEqual([])
    },
    rolloutMs,
  )

  /** Waits until every pod of the model, those that are being deleted included, has this in its command. */
  async function onlyPodsWith(part: string): Promise<void> {
    await until(
      async () => (await enginePods(true)).every(({ command }) => command.includes(part)),
      () => `every pod has ${part}`,
      rolloutMs,
    )
  }
})
