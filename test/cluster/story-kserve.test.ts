import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'
import { useStandIns } from './harness/stand-ins/use-stand-ins.ts'
import { ConstantLoad } from './harness/story/constant-load.ts'
import { enginePods } from './harness/story/engine-pods.ts'
import { Operator } from './harness/story/operator.ts'
import { expectUnharmed, underLoad } from './harness/story/under-load.ts'

// A stand-in makes Deployments and Services of KServe's objects; the control plane is the real one, and pods are processes.
const cluster = useRunningCluster({
  nodes: [{ name: 'front' }, { name: 'engines-0', gpus: 4, gpuProduct: 'NVIDIA-L40S' }],
  definitions: true,
})
useStandIns(cluster)

const withinMs = 900_000
const key = 'anybody'

interface Story {
  readonly name: string
  readonly model: string
  /** The Fleet file, of a setting that pods have in their command. */
  readonly fleet: (setting: number) => string
}

/** Runs `fairlead`, which must succeed. */
const fairlead = (...args: readonly string[]) => new Operator(cluster(), key).fairlead(...args)

/** What an operator does with a Fleet, each Fleet in a namespace of its own name. */
function operate({ name, model, fleet }: Story) {
  const file = `${name}.yaml`
  const apply = async (setting: number): Promise<string> => {
    await writeFile(join(cluster().folder, file), fleet(setting))
    return fairlead('apply', file)
  }
  const pods = () => enginePods(cluster(), name, model)
  const staying = async () => (await pods()).filter(({ isLeaving }) => !isLeaving)
  /** Waits for so many pods, all ready, and those that went before them gone. */
  const settled = (replicas: number, part = '') =>
    until(
      async () => {
        const all = await pods()
        return (
          all.length === replicas && all.every((pod) => pod.isReady && !pod.isLeaving && pod.command.includes(part))
        )
      },
      () => `${replicas} pods with ${part}`,
      withinMs,
    )
  const deleted = async () => {
    await fairlead('delete', file, '--yes')
    await until(
      async () => (await pods()).length === 0,
      () => 'no pod is left',
      withinMs,
    )
    const kinds = 'all,configmaps,pdb,inferenceservices,llminferenceservices,servingruntimes,serviceaccounts'
    return cluster().kubectl('get', kinds, '-n', name, '-l', `fairlead.dev/fleet=${name}`, '-o', 'name')
  }
  return { file, apply, staying, settled, deleted }
}

/** Where a Fleet is reached, as `apply` printed it, on this machine. */
async function printedAddress(output: string): Promise<string> {
  const [, host = '', port = ''] = /http:\/\/([\w.-]+\.svc):(\d+)/.exec(output) ?? []
  return cluster().forward(host, Number(port))
}

async function streamed(gateway: string, model: string): Promise<string> {
  const client = new OpenAI({ baseURL: `http://${gateway}/v1`, apiKey: key })
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const stream = await client.chat.completions.create({ model, stream: true, max_tokens: 12, messages })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

const probes = 'probes: { startup: { interval: 1s }, readiness: { interval: 1s } }'

/** A Fleet of InferenceServices, whose engine gives so many tokens a second. */
const simulated = (tokensPerSecond: number) => `name: kstory
models:
  - name: chat
    engine: simulated
    replicas: 2
    simulated: { ttft: 200ms, tokensPerSecond: ${tokensPerSecond} }
    adapters: [{ name: bot, source: 'hf://owner/bot', preload: false }]
    ${probes}
access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
targets: { default: kserve, kserve: { namespace: kstory } }
`
/** A Fleet of LLMInferenceServices, with a context of so many tokens. */
const vllm = (context: number) => `name: lstory
models:
  - name: llama
    engine: vllm
    source: hf://Qwen/Qwen3-4B-Instruct-2507
    hardware: { gpu: l40s }
    resources: { cpu: 100m, memory: 256Mi }
    context: ${context}
    ${probes}
access: { anonymous: true }
gateway: { listen: '0.0.0.0:8080' }
targets: { default: kserve, kserve: { namespace: lstory, kind: LLMInferenceService } }
`

describe.concurrent('a Fleet on KServe', () => {
  // proves B4, B7, C7 (stand-in)
  it(
    'comes up, streams through the address that is printed, is changed, scaled and taken back under load, and goes',
    { timeout: withinMs },
    async () => {
      const story = operate({ name: 'kstory', model: 'chat', fleet: simulated })
      const gateway = await printedAddress(await story.apply(20))
      expect((await story.staying()).filter(({ isReady }) => isReady)).toHaveLength(2)
      expect((await streamed(gateway, 'chat')).length).toBeGreaterThan(12)
      // Each engine has the adapter loaded by the gateway, before it is asked for it.
      const report = await underLoad(new ConstantLoad(gateway, key, 'bot'), async () => {
        await story.apply(25)
        await story.settled(2, '"tokensPerSecond":25')
        await fairlead('scale', 'chat', '--replicas', '3', '--fleet', story.file)
        await story.settled(3)
        await fairlead('rollback', story.file)
        await story.settled(2, '"tokensPerSecond":20')
      })
      await expectUnharmed(report, cluster())
      expect(await story.deleted()).toBe('')
    },
  )

  // proves B4, B7, C7 (stand-in)
  it(
    'as LLMInferenceService comes up, answers, is changed and started anew under load, and goes',
    { timeout: withinMs },
    async () => {
      const story = operate({ name: 'lstory', model: 'llama', fleet: vllm })
      const gateway = await printedAddress(await story.apply(4096))
      expect((await streamed(gateway, 'llama')).length).toBeGreaterThan(12)
      const report = await underLoad(new ConstantLoad(gateway, key, 'llama'), async () => {
        await story.apply(8192)
        await story.settled(1, '--max-model-len 8192')
        const [before] = await story.staying()
        await fairlead('restart', 'llama', '--fleet', story.file)
        await story.settled(1, '--max-model-len 8192')
        const [after] = await story.staying()
        expect(after?.name).not.toBe(before?.name)
      })
      await expectUnharmed(report, cluster())
      expect(await story.deleted()).toBe('')
    },
  )
})
