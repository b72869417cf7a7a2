import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadFleet, type Fleet } from '../../fleet/index.ts'
import { makePlan, type Plan } from '../../plan/index.ts'
import { packageRoot } from '../package-root.ts'
import { runCli } from '../testing/run-in-process.ts'
import { filePresetNames, presetNames } from './preset-names.ts'
import { presets } from './presets.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-presets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sourceOf = (name: string) => readFileSync(join(packageRoot, 'examples', 'presets', `${name}.yaml`), 'utf8')

function load(text: string): Fleet {
  const { fleet, diagnostics } = loadFleet(text, { file: 'preset.yaml', purpose: 'plan' })
  expect(diagnostics).toEqual([])
  if (fleet === undefined) throw new Error('not a Fleet')
  return fleet
}

const complaints = ({ warnings }: Plan) => warnings.filter(({ severity }) => severity !== 'info')
const planOf = (name: string) => makePlan(load(sourceOf(name)))
const model = (plan: Plan, name: string) => plan.models.find((each) => each.name === name)
const setting = (plan: Plan, pool: number, field: string) =>
  plan.models[0]?.pools[pool]?.decisions.find((each) => each.field === field)?.value

// proves A5 (real part)
describe('presets', () => {
  it('are all offered, and no file lies unused', () => {
    expect(presets.map(({ name }) => name)).toEqual([...presetNames])
    const files = globSync('*.yaml', { cwd: join(packageRoot, 'examples', 'presets') }).map((file) => file.slice(0, -5))
    expect(files.sort()).toEqual([...filePresetNames].sort())
  })

  it.each(presetNames)('%s is written without questions and plans without a warning', async (name) => {
    const file = join(folder, `${name}.yaml`)
    const url = name === 'external' ? ['--url', 'http://127.0.0.1:8000'] : []
    expect((await runCli(['init', '--preset', name, '-o', file, ...url], { isTerminal: true })).code).toBe(0)
    const planned = await runCli(['plan', file, '--json'], { env: { HOME: folder, PATH: '' } })
    expect(planned.code).toBe(0)
    expect(planned.stderr).toBe('')
    const { fits, warnings } = JSON.parse(planned.stdout)
    expect(fits).toBe(true)
    expect(warnings.filter(({ severity }: { severity: string }) => severity !== 'info')).toEqual([])
  })

  it.each(filePresetNames)('%s is of models in the catalogue, so that every number is there', (name) => {
    const pools = planOf(name).models.flatMap((each) => each.pools)
    expect(pools.map(({ sizing }) => sizing?.fits)).toEqual(pools.map(() => true))
  })

  it.each([
    ['gpu-24gb', ['l4', 'a10g', 'rtx-3090', 'rtx-4090']],
    ['gpu-48gb', ['l40s', 'l40', 'rtx-a6000']],
    ['gpu-80gb', ['a100-80gb', 'h100']],
    ['roles-24gb', ['l4', 'rtx-3090', 'rtx-4090']],
    ['roles-48gb', ['l40s', 'l40', 'rtx-a6000']],
    ['roles-80gb', ['a100-80gb', 'h100']],
  ] as const)('%s plans on each GPU of its size: %j', (name, gpus) => {
    for (const gpu of gpus) {
      const plan = makePlan(load(sourceOf(name).replaceAll(/gpu: [\w-]+(?=[,\s])/g, `gpu: ${gpu}`)))
      expect([gpu, complaints(plan), plan.fits]).toEqual([gpu, [], true])
    }
  })

  it('say what they promise', () => {
    const llama = planOf('llama-8b-32k')
    expect([setting(llama, 0, 'context'), setting(llama, 0, 'maxSequences')]).toEqual([32_768, 256])
    expect(setting(planOf('mixtral-awq-16k'), 0, 'context')).toBe(16_384)
    expect(setting(planOf('deepseek-coder-65k'), 0, 'context')).toBe(65_536)
    const totals = ['roles-24gb', 'roles-48gb', 'roles-80gb'].map((name) => planOf(name).groups[0])
    expect(totals.map((group) => [group?.total, group?.members.length])).toEqual([
      [0.75, 1],
      [0.85, 2],
      [0.9, 3],
    ])
  })

  it('have the pools of a disaggregated model in both sizes', () => {
    const [prefill, decode] = planOf('llama-70b-disaggregated').models[0]?.pools ?? []
    expect([prefill?.gpus, prefill?.replicas.min, prefill?.replicas.max]).toEqual([2, 2, 8])
    expect([decode?.gpus, decode?.replicas.min, decode?.replicas.max]).toEqual([1, 4, 20])
    expect(setting(planOf('llama-70b-disaggregated'), 0, 'maxBatchedTokens')).toBe(32_768)
    expect(setting(planOf('llama-70b-disaggregated'), 1, 'maxSequences')).toBe(256)
    const large = planOf('llama-70b-disaggregated-large')
    const [many, few] = large.models[0]?.pools ?? []
    expect([many?.replicas.max, many?.gpus, few?.replicas.max, few?.gpus]).toEqual([2, 4, 6, 2])
    // The memory tier is room beside what the engine takes.
    expect([many?.host?.memoryBytes, few?.host?.memoryBytes]).toEqual([700 * 2 ** 30, 600 * 2 ** 30])
    expect(large.nodes.find(({ kind }) => kind === 'gateway')).toMatchObject({ nodes: 3, cpusPerNode: 5 })
  })

  it('serve a campus: every role has a model, and keys are asked for', () => {
    const plan = planOf('campus')
    expect(plan.fleet.models.flatMap(({ roles }) => roles)).toEqual(
      expect.arrayContaining(['standard', 'longctx', 'code', 'multimodal', 'embedding']),
    )
    expect(plan.fleet.access.keysFile).toBeDefined()
    expect(plan.costPerHour?.currency).toBe('EUR')
    expect(model(plan, 'bge-m3')?.pools[0]?.command).toEqual(expect.arrayContaining(['--runner', 'pooling']))
  })
})
