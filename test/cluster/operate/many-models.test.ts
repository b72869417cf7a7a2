import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClusterClient } from '../../../src/kubernetes/index.ts'
import { useCluster } from '../harness/use-cluster.ts'
import { connectAs, contextOf, sourceOf, targetOver } from './operator.ts'

const cluster = useCluster()
let client: ClusterClient
beforeAll(async () => {
  if (cluster.kubeconfig !== '') client = await connectAs(cluster)
})
afterAll(() => client?.close())

const count = 200
const models = Array.from(
  { length: count },
  (_, index) => `  - name: model-${index}
    engine: vllm
    source: hf://Qwen/Qwen3-4B-Instruct-2507
    hardware: { gpu: l40s }
    minReplicas: 2
    maxReplicas: 4
    autoscale: { by: hpa }
`,
)
const fleet = `name: large
models:
${models.join('')}access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
targets:
  default: kubernetes
  kubernetes: { namespace: large }
`

// proves B7 (real part)
it(`a Fleet of ${count} models is planned and applied, and found unchanged after that`, async () => {
  const target = targetOver(client)
  const source = sourceOf(fleet)
  const objects = source.rendered?.artifacts.filter(({ kind }) => kind === 'object').length ?? 0
  expect(objects).toBeGreaterThan(count * 4)
  const seconds: Record<string, string> = {}
  const timed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const startedAtMs = performance.now()
    const result = await work()
    seconds[name] = ((performance.now() - startedAtMs) / 1_000).toFixed(1)
    return result
  }
  const planned = await timed('plan', () => target.plan(source, {}))
  expect(planned.actions.filter(({ verb }) => verb === 'create')).toHaveLength(objects)
  await timed('apply', () => target.apply(source, contextOf()))
  expect((await timed('plan again', () => target.plan(source, {}))).hasChanges).toBe(false)
  await timed('apply again', () => target.apply(source, contextOf()))
  const [revision] = await target.revisions('large', {})
  expect(revision).toMatchObject({ number: 1, objects })
  // Measured here and promised nowhere: the machine of a test does other things too.
  process.stdout.write(`${objects} objects: ${JSON.stringify(seconds)}\n`)
})
