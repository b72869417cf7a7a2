import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient, LiveObject } from '../../../src/kubernetes/index.ts'
import type { Target } from '../../../src/operate/index.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { connectAs, contextOf, sourceOf, targetOver } from './operator.ts'

// Engines are Fairlead's simulated one under vLLM's command line, and `hf` leaves empty files; GPUs are numbers.
const cluster = useRunningCluster({ nodes: [{ name: 'gpu-0', gpus: 2, gpuProduct: 'NVIDIA-L40S' }] })
const namespace = 'update'
const withinMs = 180_000

let client: ClusterClient
let target: Target
beforeAll(async () => {
  let running
  try {
    running = cluster()
  } catch {
    // The tests skip and say why.
    return
  }
  client = await connectAs(running, namespace)
  target = targetOver(client)
})
afterAll(() => client?.close())

/** A model on a GPU, its weights in a folder of the node: a new replica takes the place of an old one. */
const model = (name: string, revision: string, field = '') => `  - name: ${name}
    engine: vllm
    source: hf://Qwen/Qwen3-4B-Instruct-2507
    revision: ${revision}
    hardware: { gpu: l40s }
    probes: { startup: { interval: 1s }, readiness: { interval: 1s } }
    ${field}
`
const fleet = (...models: readonly string[]) =>
  sourceOf(`name: up
models:
${models.join('')}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
storage: { models: { kind: hostPath } }
targets:
  default: kubernetes
  kubernetes: { namespace: ${namespace}, monitoring: none, networkPolicy: false }
`)

const whole = (options: object = {}) => ({ ...contextOf({ wait: true, ...options }), timeoutMs: withinMs })
const list = async (kind: string, apiVersion = 'v1', labelSelector = 'fairlead.dev/fleet=up') =>
  (await client.list({ apiVersion, kind, namespace, labelSelector })).items
const uidsOf = (objects: readonly LiveObject[]) => objects.map(({ metadata }) => metadata.uid).sort()
/** Those that are to stay: a predecessor may still be ending its answers. */
const enginePods = async () =>
  (await list('Pod', 'v1', 'fairlead.dev/fleet=up,fairlead.dev/model')).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  )
const jobs = () => list('Job', 'batch/v1', '')
const currentRevision = async () => (await target.revisions('up', {})).find(({ isCurrent }) => isCurrent)?.number

// proves G5, B7 (real part)
describe('an update of models that take the place of their predecessors', () => {
  it('has images and weights on their node before a pod goes', { timeout: withinMs * 2 }, async () => {
    await target.apply(fleet(model('a', 'r1')), whole())
    const context = whole()
    await target.apply(fleet(model('a', 'r2', 'image: registry.test/vllm/vllm-openai:v9')), context)
    const fetched = context.told.indexOf('Fetch ahead for up-a: registry.test/vllm/vllm-openai:v9, weights on gpu-0')
    expect(fetched).toBeGreaterThan(-1)
    expect(fetched).toBeLessThan(context.told.findIndex((line) => line.startsWith('Apply ')))
    expect(await jobs()).toEqual([])
  })

  it.each([
    [
      'an image',
      'r2',
      'image: nowhere.test/engine:2',
      /^Nothing was changed: .* to node gpu-0: image nowhere.test\/engine:2 cannot be pulled/,
      /engine/,
    ],
    [
      'weights',
      'missing',
      'image: registry.test/vllm/vllm-openai:v9',
      /^Nothing was changed: .*: container download ended with exit code 1/,
      /Revision Not Found/,
    ],
  ])(
    'changes nothing when %s cannot be had, and says so',
    { timeout: withinMs },
    async (_, revision, field, what, why) => {
      const before = uidsOf(await enginePods())
      const number = await currentRevision()
      const source = fleet(model('a', revision, field))
      await expect(target.apply(source, whole())).rejects.toMatchObject({
        parts: {
          what: expect.stringMatching(what),
          why: expect.stringMatching(why),
          mend: expect.stringMatching(/--no-fetch/),
        },
      })
      expect(uidsOf(await enginePods())).toEqual(before)
      expect(await currentRevision()).toBe(number)
      expect(await jobs()).toEqual([])
    },
  )
})

/** Two models without GPUs, whose new replicas come before old ones go; `context` stands for a version. */
const two = (context: number, field = '') =>
  sourceOf(`name: pair
models:
${['a', 'b']
  .map(
    (name) => `  - name: ${name}
    engine: simulated
    context: ${context}
    probes: { startup: { interval: 1s }, readiness: { interval: 1s } }
    ${name === 'a' ? field : ''}
`,
  )
  .join('')}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets:
  default: kubernetes
  kubernetes: { namespace: ${namespace}, monitoring: none, networkPolicy: false }
`)

/** What each model is to run now. */
async function versions() {
  const objects = await list('Deployment', 'apps/v1', 'fairlead.dev/fleet=pair,fairlead.dev/model')
  return Object.fromEntries(
    objects.map((object) => [
      object.metadata.labels?.['fairlead.dev/model'],
      Number(/"--context=(\d+)"/.exec(JSON.stringify((object as { spec?: object }).spec))?.[1]),
    ]),
  )
}

// proves B7, B10 (real part)
describe('an update of several models', () => {
  it('goes model after model, and says which is at work', { timeout: withinMs * 3 }, async () => {
    await target.apply(two(1000), whole())
    const context = whole()
    await target.apply(two(2000), context)
    const updates = context.told.filter((line) => line.startsWith('Update model'))
    expect(updates).toEqual(['Update model a (1 of 2): ready', 'Update model b (2 of 2): ready'])
    expect(await versions()).toEqual({ a: 2000, b: 2000 })
  })

  it('ends at the first that fails, leaves the others alone, and goes back', { timeout: withinMs * 3 }, async () => {
    const source = two(3000, 'image: nowhere.test/engine:2')
    await expect(target.apply(source, { ...whole({ fetch: false }), timeoutMs: 5_000 })).rejects.toMatchObject({
      parts: {
        what: expect.stringMatching(/^The update of Fleet pair stopped at model a: /),
        why: expect.stringMatching(/^Updated: none\. Not begun, and serving as before: b\./),
        command: 'fairlead rollback pair',
      },
    })
    expect(await versions()).toEqual({ a: 3000, b: 2000 })
    expect(await target.rollback('pair', {}, whole())).toMatchObject({ number: 2 })
    expect(await versions()).toEqual({ a: 2000, b: 2000 })
    expect((await target.plan(two(2000), {})).hasChanges).toBe(false)
  })

  it('that was interrupted is completed by the next apply', { timeout: withinMs * 3 }, async () => {
    const ending = new AbortController()
    const context = whole()
    const { step } = context.progress
    const progress = {
      ...context.progress,
      step: (title: string) => {
        if (title.startsWith('Update model b')) ending.abort()
        return step(title)
      },
    }
    const interrupted = target.apply(two(4000), { ...context, progress, signal: ending.signal })
    await expect(interrupted).rejects.toMatchObject({ name: 'AbortError' })
    expect(await versions()).toEqual({ a: 4000, b: 2000 })
    await target.apply(two(4000), whole())
    expect(await versions()).toEqual({ a: 4000, b: 4000 })
    expect((await target.plan(two(4000), {})).hasChanges).toBe(false)
  })
})
