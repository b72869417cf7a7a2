import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.ts'
import { runCli } from '../testing/run-in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = { HOME: folder, PATH: '', NO_COLOR: '1' }
const plan = (...args: readonly string[]) => runCli(['plan', ...args], { cwd: folder, env, isTerminal: true })

function fleet(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}
const small = fleet(
  'small.yaml',
  `name: lab
models:
  - name: llama
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    profile: latency
    hardware: { gpu: l40s }
    context: 16k
`,
)
const large = fleet(
  'large.yaml',
  `name: lab
models:
  - name: llama
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    hardware: { gpu: l4 }
    context: 64k
`,
)

// proves B7 (real part)
describe('fairlead plan', () => {
  it('shows every setting with its reason, and the size', async () => {
    const { code, stdout } = await plan(small)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Fleet lab for target local, from small\.yaml$/m)
    expect(stdout).toMatch(/^ {2}fits: [\d,]+ tokens of KV cache, [\d.]+ sequences of 16,384 tokens at once$/m)
    expect(stdout).toMatch(/^ {2}context +16,384 tokens +from the Fleet$/m)
    expect(stdout).toMatch(/^ {2}hardware\.memoryFraction +0\.7 +profile latency: /m)
    expect(stdout).toMatch(/^ {4}Weights +14\.96 GiB$/m)
    expect(stdout).toMatch(/^ {2}Money .* USD a million prompt tokens/m)
    expect(stdout).toMatch(/^ {6}--gpu-memory-utilization 0\.7 \\$/m)
    expect(stdout).toContain('GPUs cost')
  })

  it('explains every number with its formula and its source', async () => {
    const { stdout } = await plan(small, '--explain')
    expect(stdout).toMatch(/^ {4}Weights +14\.96 GiB\n {6}\S.*\n {6}\S/m)
    expect(stdout).toMatch(/^ {6}cores: sizing: 2 × \(/m)
    // What is explained is shown shorter without.
    expect((await plan(small)).stdout.length).toBeLessThan(stdout.length)
  })

  it('exits with 2 and three ways out when a model does not fit', async () => {
    const { code, stdout } = await plan(large)
    expect(code).toBe(2)
    expect(stdout).toContain('does not fit on 1 × NVIDIA L4')
    expect(stdout.match(/^ {4}- /gm)).toHaveLength(3)
    expect(stdout).toMatch(/^ {6}write quantization: fp8$/m)
    expect(stdout).toMatch(/^error: models\[0\]: /m)
  })

  it('gives all of it as one JSON document, with the resolved Fleet and the steps', async () => {
    const { code, stdout } = await plan(large, '--json')
    expect(code).toBe(2)
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({
      fleet: { name: 'lab' },
      file: join(folder, large),
      target: 'local',
      actions: [],
      noActionsBecause: expect.stringContaining('vLLM'),
      fits: false,
    })
    const [pool] = document.models[0].pools
    expect(pool).toMatchObject({ role: 'both', gpu: 'l4', gpus: 1, sizing: { fits: false } })
    expect(pool.waysOut.map(({ fits }: { fits: boolean }) => fits)).toEqual([true, true, true])
    expect(pool.settings).toContainEqual(
      expect.objectContaining({ field: 'context', value: 65_536, reason: 'from the Fleet' }),
    )
  })

  it('lists the steps of `up` where this machine can take them', async () => {
    const { stdout } = await plan(fleet('simulated.yaml', 'name: lab\nmodels: [{ name: m, engine: simulated }]\n'))
    expect(stdout).toMatch(/^Steps of `fairlead up` on this machine\n {2}start gateway\n/m)
    expect(stdout).toMatch(/^ {2}start replica m-0$/m)
  })

  it('tells all but the steps where the cluster cannot be asked, and fails only for who must know them', async () => {
    const text = 'name: lab\nmodels: [{ name: m, engine: simulated }]\ntargets: { default: kubernetes }\n'
    const file = fleet('cluster.yaml', text)
    const { code, stdout } = await plan(file)
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'What `fairlead apply` would change on target kubernetes is not known: ',
    )
    expect((await plan(file, '--offline')).stdout).toContain('Target kubernetes was not asked (--offline).')
    expect((await plan(file, '--detailed-exitcode')).code).toBe(1)
    expect((await plan(file, '--detailed-exitcode', '--offline')).code).toBe(64)
  })

  it('stays within 80 columns, words that cannot be broken apart', async () => {
    const presets = join(packageRoot, 'examples', 'presets')
    for (const file of readdirSync(presets)) {
      const { stdout } = await plan(join(presets, file), '--explain')
      const wide = stdout.split('\n').filter((line) => line.length > 80 && line.trim().split(' ').length > 3)
      expect(wide).toEqual([])
    }
  })
})
