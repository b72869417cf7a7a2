import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import type { NodeSpec } from './harness/kubelet/node-object.ts'
import { ConstantLoad } from './harness/story/constant-load.ts'
import { enginePods } from './harness/story/engine-pods.ts'
import { Operator } from './harness/story/operator.ts'
import { expectUnharmed, underLoad } from './harness/story/under-load.ts'

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

/** Runs `fairlead`, which must succeed. */
const fairlead = (...args: readonly string[]) => new Operator(cluster(), key).fairlead(...args)

/** Writes the Fleet file and applies it; resolves when everything serves. */
async function apply(tokensPerSecond: number): Promise<string> {
  await writeFile(join(cluster().folder, 'fleet.yaml'), fleet(tokensPerSecond))
  return fairlead('apply', 'fleet.yaml')
}

/** Pods of the model; those that are being deleted only where it is said so. */
const pods = async (withLeaving = false) =>
  (await enginePods(cluster(), 'lab', 'chat')).filter(({ isLeaving }) => withLeaving || !isLeaving)
const readyEngines = async () => (await pods()).filter(({ isReady }) => isReady)

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

  // proves B3, B7 (real part)
  it(
    'comes up as it is rendered, and a client streams through the gateway’s Service',
    async () => {
      // What a person makes: the Fleet's Secret.
      await cluster().kubectl('create', 'namespace', 'lab')
      await cluster().kubectl(
        'create',
        'secret',
        'generic',
        'story-secrets',
        '-n',
        'lab',
        `--from-literal=keys.txt=me ${key}`,
      )
      await apply(20)
      await fairlead('status', 'fleet.yaml')
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

  // proves B7, C7 (real part)
  it(
    'takes another setting under load: every pod is replaced, no request is refused or cut',
    async () => {
      const report = await underLoad(load(), async () => {
        await apply(25)
        await onlyPodsWith('"tokensPerSecond":25')
      })
      await expectUnharmed(report, cluster())
    },
    rolloutMs,
  )

  // proves B7 (real part)
  it(
    'goes back under load',
    async () => {
      const report = await underLoad(load(), async () => {
        await fairlead('rollback', 'fleet.yaml')
        expect((await readyEngines()).every(({ command }) => command.includes('"tokensPerSecond":20'))).toBe(true)
      })
      await expectUnharmed(report, cluster())
    },
    rolloutMs,
  )

  // proves B7, C7 (real part)
  it(
    'grows to three replicas and shrinks again under load',
    async () => {
      const report = await underLoad(load(), async () => {
        for (const replicas of [3, 1, 2]) {
          await fairlead('scale', 'chat', '--replicas', String(replicas), '--fleet', 'fleet.yaml')
          await until(
            async () => (await readyEngines()).length === replicas && (await pods()).length === replicas,
            () => `${replicas} pods`,
            rolloutMs,
          )
        }
      })
      await expectUnharmed(report, cluster())
    },
    rolloutMs,
  )

  // proves C7, Q6 (real part)
  it(
    'loses a node: what had not begun is answered by another replica, and a new pod comes up elsewhere',
    async () => {
      const [victim] = await pods()
      const node = victim?.node ?? ''
      lost = { name: node, gpus: 2, labels: engines }
      const report = await underLoad(
        load(),
        async () => {
          await cluster().order('powerOff', node)
          await until(
            async () => (await readyEngines()).filter(({ node: at }) => at !== node).length === 2,
            () => 'two ready pods on other nodes',
            rolloutMs,
          )
        },
        'answered',
      )
      // At most what the dead machine was saying at that moment.
      await expectUnharmed({ ...report, cut: report.cut.slice(6) }, cluster())
    },
    rolloutMs,
  )

  // proves B7 (real part)
  it(
    'is deleted, and nothing of it is left, neither objects nor processes',
    async () => {
      // The machine comes back, and learns which of its pods are to be gone.
      await cluster().order('powerOn', lost)
      await fairlead('delete', 'fleet.yaml', '--yes')
      await until(
        async () => (await pods(true)).length === 0,
        () => 'no pod is left',
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
      async () => (await pods(true)).every(({ command }) => command.includes(part)),
      () => `every pod has ${part}`,
      rolloutMs,
    )
  }
})
