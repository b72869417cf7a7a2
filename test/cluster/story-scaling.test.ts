import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { FleetsOf } from './controller/fleets.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import { installFleetDefinition } from './harness/fleet-definition.ts'
import { Operator } from './harness/story/operator.ts'

const key = 'sk-story-0123456789abcdef'
const adminKey = 'sk-admin-0123456789abcdef'
const namespace = 'lab'
const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }] })
const patienceMs = 300_000
const fleets = new FleetsOf(() => cluster().client, namespace, patienceMs)
/** Of a test of several steps. */
const storyMs = 2 * patienceMs

const secret = (name: string) => ({ value: { secretRef: { name: 'keys', key: name } } })
/** Two gateways; a model between none and three replicas, each of which takes four requests. */
const fleet = (replicas: object) => ({
  access: {
    keys: [
      { name: 'client', ...secret('client') },
      { name: 'scaler', scopes: ['admin'], ...secret('scaler') },
    ],
  },
  gateway: { replicas: 2 },
  // What gateways would share is no part of this story.
  storage: { state: { kind: 'redis', url: 'redis://redis.elsewhere.svc:6379' } },
  autoscale: { upAfter: '0s', downAfter: '4s', toZeroAfter: '6s' },
  models: [
    {
      name: 'chat',
      engine: 'simulated',
      maxInFlight: 4,
      simulated: { ttft: '100ms', tokensPerSecond: 5 },
      probes: { startup: { interval: '1s' }, readiness: { interval: '1s' } },
      ...replicas,
    },
  ],
  targets: { kubernetes: { monitoring: 'annotations' } },
})

const kubectl = (...args: readonly string[]) => cluster().kubectl(...args)
async function makeSecret(place: string, name: string, values: Readonly<Record<string, string>>): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: values }
  const { status, body } = await cluster().client.post(`/api/v1/namespaces/${place}/secrets`, object)
  if (status !== 201) throw new Error(`Secret ${name}: ${status} ${body.message}`)
}
const wanted = () => fleets.replicasOf('story-chat')
const untilWanted = (replicas: number) =>
  fleets.until(`${replicas} replicas`, async () => (await wanted()) === replicas)

async function podsOf(component: string, place = namespace): Promise<readonly Pod[]> {
  const { body } = await cluster().client.get(
    `/api/v1/namespaces/${place}/pods?labelSelector=app.kubernetes.io%2F${component}`,
  )
  return (body['items'] as readonly Pod[]).filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
}
const engines = () => podsOf('component%3Dengine')
const eventNotes = (reason: string) =>
  kubectl('get', 'events.events.k8s.io', '-n', namespace, '-o', `jsonpath={.items[?(@.reason=="${reason}")].note}`)

/** What a person is told of the number of replicas. */
const explainScaling = () => {
  const words = ['explain', 'scaling', 'chat', '--fleet', 'story', '--target', 'kubernetes', '-n', namespace]
  return new Operator(cluster(), key).fairlead(...words)
}

/** A client of one gateway’s pod. */
async function clientOf(address: string): Promise<OpenAI> {
  const gateway = await cluster().forward(address, 8080)
  return new OpenAI({ baseURL: `http://${gateway}/v1`, apiKey: key, maxRetries: 0, timeout: patienceMs })
}
const question = (tokens: number) => ({
  model: 'chat',
  stream: true as const,
  max_tokens: tokens,
  messages: [{ role: 'user' as const, content: 'Tell me of the sea.' }],
})

/** Asks and reads to the end. */
async function answerOf(client: OpenAI): Promise<string> {
  let text = ''
  for await (const chunk of await client.chat.completions.create(question(4)))
    text += chunk.choices[0]?.delta.content ?? ''
  return text
}

/** Asks for an answer that no end comes to in time, and reads it until the signal fires. */
async function readOn(client: OpenAI, signal: AbortSignal): Promise<void> {
  try {
    const endless = { ...question(4_000), ignore_eos: true }
    for await (const chunk of await client.chat.completions.create(endless, { signal })) void chunk
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

// proves B10, B11 (real part)
describe('a Fleet whose models follow their load, scaled by the controller that leads', () => {
  let gateways: readonly OpenAI[] = []

  beforeAll(async () => {
    await kubectl('create', 'namespace', namespace)
    await makeSecret(namespace, 'keys', { client: key, scaler: adminKey })
    await installFleetDefinition(cluster().client)
    await kubectl('create', 'namespace', 'fairlead-system')
    await makeSecret('fairlead-system', 'fairlead-controller-load-keys', { [`${namespace}.story`]: adminKey })
    const manifests = await new Operator(cluster(), key).fairlead('controller', 'manifests', '--target', 'kubernetes')
    const file = join(cluster().folder, 'controller.yaml')
    await writeFile(file, manifests)
    await kubectl('apply', '--server-side', '-f', file)
  }, patienceMs)

  it(
    'comes up with one replica, which goes when nobody asks',
    async () => {
      await fleets.apply('story', fleet({ minReplicas: 0, maxReplicas: 3 }))
      await fleets.untilCondition('story', 'Autoscaling', 'True', 'FollowsLoad')
      await untilWanted(0)
      await fleets.until('no pod is left', async () => (await engines()).length === 0)
      await fleets.untilCondition('story', 'Ready', 'True')
      const addresses = (await podsOf('component%3Dgateway')).map(({ status }) => status?.podIP ?? '')
      expect(addresses).toHaveLength(2)
      gateways = await Promise.all(addresses.map(clientOf))
      await fleets.until('it is told', async () => (await eventNotes('Scaled')).includes('chat: 1 → 0 replicas'))
    },
    storyMs,
  )

  it(
    'has requests that meet no replica wait at both gateways, and serves every one of them',
    async () => {
      const answers = await Promise.all([...gateways, ...gateways].map(answerOf))
      for (const answer of answers) expect(answer.length).toBeGreaterThan(4)
      expect(await eventNotes('Scaled')).toContain('a request met no replica')
    },
    storyMs,
  )

  it(
    'adds the loads of its gateways up, and applies nothing over it',
    async () => {
      const over = new AbortController()
      // Three requests at each gateway: by what either sees alone one replica takes them all.
      const reading = gateways.flatMap((client) => Array.from({ length: 3 }, () => readOn(client, over.signal)))
      await untilWanted(2)
      await fleets.until('two run', async () => (await engines()).length === 2)
      let explained = ''
      await until(
        async () =>
          (explained = await explainScaling()).includes('2 replicas by requests: 6 in flight, a replica takes 4'),
        () => `what decides is told: ${explained}`,
        patienceMs,
      )
      expect(explained).toMatch(/Wanted +2 of 0 to 3: /)
      expect(explained).toMatch(/Changes .* → 2, /)
      // What somebody removes has the whole Fleet applied again.
      await kubectl('delete', 'poddisruptionbudgets', '-n', namespace, '--all')
      await fleets.until('it is applied', () => fleets.has('policy/v1', 'poddisruptionbudgets', 'story-gateway'))
      expect(await wanted()).toBe(2)
      over.abort()
      await Promise.all(reading)
    },
    storyMs,
  )

  it(
    'goes on when another controller leads',
    async () => {
      const holder = async () =>
        kubectl('get', 'lease', 'fairlead-controller', '-n', 'fairlead-system', '-o', 'jsonpath={.spec.holderIdentity}')
      const first = await holder()
      const [pod = ''] = first.split('_')
      await kubectl('delete', 'pod', pod, '-n', 'fairlead-system', '--wait=false')
      await fleets.until('another one leads', async () => ![first, ''].includes(await holder()))
      await untilWanted(0)
      expect(await holder()).not.toBe(first)
    },
    storyMs,
  )

  it(
    'takes the number from the Fleet again where that says one, and is gone with it',
    async () => {
      await fleets.apply('story', fleet({ replicas: 1 }))
      await untilWanted(1)
      await fleets.untilCondition('story', 'Autoscaling', 'False', 'Fixed')
      expect(await explainScaling()).toContain('chat is not scaled')
      await fleets.untilCondition('story', 'Ready', 'True')
      await fleets.delete('story')
      await fleets.untilGone('story')
      await until(
        async () => (await podsOf('part-of%3Dfairlead')).length === 0,
        () => 'no pod is left',
        patienceMs,
      )
      expect(await wanted()).toBeUndefined()
    },
    storyMs,
  )
})
