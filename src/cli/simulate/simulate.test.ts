import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../errors/index.ts'
import { policies } from '../../scheduling/index.ts'
import { sweepAxes, workloadKinds } from '../../simulate/index.ts'
import { simulate as command } from '../commands/simulate.ts'
import { runCli } from '../testing/run-in-process.ts'

const slice = new URL('../../simulate/testing/conversation-slice.jsonl', import.meta.url)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-simulate-'))
  await writeFile(join(folder, 'slice.jsonl'), await readFile(slice))
  await writeFile(
    join(folder, 'fleet.yaml'),
    [
      'name: lab',
      'models:',
      '  - name: chat',
      '    engine: vllm',
      '    source: hf://Qwen/Qwen3-8B',
      '    context: 16k',
      '    replicas: 3',
      '    hardware: { gpu: l40s }',
      '  - name: toy',
      '    engine: simulated',
    ].join('\n'),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const simulate = (...args: string[]) => runCli(['simulate', ...args], { cwd: folder })
/** Text as it was before lines were broken. */
const unbroken = (text: string) => text.replaceAll(/\s+/g, ' ')
const few = ['--workload', 'poisson', '--requests', '40', '--replicas', '2']

async function rows(...args: string[]) {
  const { stdout, code, stderr } = await simulate(...args, '--json')
  return { code, stderr, rows: JSON.parse(stdout) as Record<string, unknown>[] }
}

const policiesOfSticky = async (...args: string[]) => (await rows('sticky.yaml', ...few, ...args)).rows

// proves F3 (real part)
describe('fairlead simulate', () => {
  it('prints the promised JSON: an array, an object a policy, with every figure', async () => {
    const { code, rows: results } = await rows(...few, '--compare', 'all')
    expect(code).toBe(exitCodes.done)
    expect(results.map(({ policy }) => policy)).toEqual(policies.map(({ name }) => name))
    const three = { p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) }
    expect(results[0]).toMatchObject({
      requests: 40,
      hitTokens: expect.any(Number),
      oracleHitTokens: expect.any(Number),
      promptTokens: expect.any(Number),
      outputTokensPerSecond: expect.any(Number),
      goodput: expect.any(Number),
      ttftMs: three,
      tpotMs: three,
      e2eMs: three,
      loadSpread: expect.any(Number),
      simulatedSeconds: expect.any(Number),
      wallSeconds: expect.any(Number),
      costPerMillionTokens: expect.any(Number),
    })
  })

  it('has the gateway’s queue before the replicas where it is asked for, and tells who waited and who was refused', async () => {
    const asked = [
      '--workload',
      'tenants',
      '--requests',
      '300',
      '--replicas',
      '1',
      '--max-in-flight',
      '4',
      '--queue',
      '20',
    ]
    const { rows: results } = await rows(...asked)
    expect(results[0]?.['flow']).toMatchObject({
      most: 20,
      priorities: [{ name: '10' }, { name: '0' }, { name: '-10' }],
      tenants: [{ name: 'greedy' }, { name: 'batch' }, {}, {}, {}],
    })
    const { stdout } = await simulate(...asked)
    expect(stdout).toMatch(/Queue +each replica gets 4 requests at once; 20 more wait, 300 s/)
    expect(stdout).toMatch(/priority -10/)
    expect(stdout).toMatch(/tenant greedy/)
  })

  it('says that a queue needs replicas that can be full', async () => {
    const { code, stderr } = await simulate(...few, '--queue', '5')
    expect(code).toBe(exitCodes.usage)
    expect(stderr).toContain('--max-in-flight')
  })

  it('has several gateways before the replicas where it is asked for, each with its own requests and what engines tell', async () => {
    const { stdout } = await simulate(...few, '--gateways', '3')
    expect(stdout).toMatch(/Gateways +3, which know what engines tell each 500 ms/)
    const { stdout: apart } = await simulate(...few, '--gateways', '3', '--load-reports', '0s')
    expect(apart).toMatch(/Gateways +3, which know nothing of each/)
  })

  it('comes out the same for the same seed, whatever machine it runs on', async () => {
    const asked = [...few, '--compare', 'random', '--seed', '5']
    const [one, other] = [await rows(...asked), await rows(...asked)]
    expect(other.rows).toEqual([{ ...one.rows[0], wallSeconds: expect.any(Number) }])
  })

  it('says what is simulated where nobody says otherwise: 16 × one L40S, Llama 3.1 8B fp8, and the load by name', async () => {
    const { stdout, code } = await simulate('--requests', '30')
    expect(code).toBe(exitCodes.done)
    expect(stdout).toMatch(/Load +conversation: /)
    expect(stdout).toMatch(/Replicas +16, each 1 × NVIDIA L40S, meta-llama\/Llama-3\.1-8B-Instruct fp8/)
    expect(stdout).toMatch(/Each holds +253,\d{3} tokens of KV cache/)
    expect(stdout).toMatch(/SLO +TTFT 2 s and TPOT 50 ms for 90 % of the requests/)
  })

  it('reads a trace, and takes the first requests of it', async () => {
    const { rows: results } = await rows('--trace', 'slice.jsonl', '--requests', '50')
    expect(results[0]).toMatchObject({ requests: 50, setting: { workload: 'slice.jsonl', replicas: 16 } })
  })

  it('tells the lines of a trace that are wrong', async () => {
    await writeFile(join(folder, 'bad.jsonl'), '{"timestamp": 0}\nnothing\n')
    const { code, stderr } = await simulate('--trace', 'bad.jsonl')
    expect(code).toBe(exitCodes.failed)
    expect(stderr).toMatch(/bad\.jsonl:1: input_length, output_length, hash_ids are missing/)
    expect(stderr).toMatch(/bad\.jsonl:2: no JSON: nothing/)
  })

  it('answers by its exit code whether an SLO holds, only where one is asked for', async () => {
    const no = await simulate(...few, '--slo', 'ttft=1ms')
    expect(no.code).toBe(exitCodes.answerIsNo)
    expect(unbroken(no.stdout)).toMatch(
      /The SLO does not hold with policy default: 0 % of the requests keep the SLO, not 90 %; TTFT/,
    )
    const yes = await simulate(...few, '--slo', 'ttft=1m,tpot=1s,share=100%')
    expect([yes.code, yes.stdout]).toEqual([exitCodes.done, expect.stringMatching(/The SLO holds with policy/)])
    expect((await simulate(...few, '--rate', '1000', '--replicas', '1')).code).toBe(exitCodes.done)
  })

  it('takes what was measured in place of the GPU’s data sheet, and says so', async () => {
    await writeFile(join(folder, 'slow.json'), JSON.stringify({ step: { baseMs: 400 } }))
    const { rows: results } = await rows(...few, '--calibration', 'slow.json')
    expect(results[0]).toMatchObject({ tpotMs: { p50: expect.closeTo(400, 0) } })
    const { stdout } = await simulate(...few, '--calibration', 'slow.json')
    expect(unbroken(stdout)).toMatch(/Steps take what slow\.json says: as stated\./)
    await writeFile(join(folder, 'odd.json'), '{"latency": []}')
    const odd = await simulate(...few, '--calibration', 'odd.json')
    expect([odd.code, odd.stderr]).toEqual([exitCodes.failed, expect.stringMatching(/odd\.json is not a calibration/)])
  })

  it('ends a simulation under way at once at Ctrl-C, however long it would take', async () => {
    const stop = new AbortController()
    const running = runCli(['simulate', '--workload', 'shared-prefix', '--compare', 'all'], {
      cwd: folder,
      signal: stop.signal,
    })
    setTimeout(() => stop.abort({ kind: 'stop', cause: 'SIGINT' }), 300)
    const { code, stdout } = await running
    expect([code, stdout]).toEqual([exitCodes.interrupted, ''])
  })

  it('ends one of few requests and long answers at once, too', async () => {
    const lines = Array.from({ length: 300 }, (_, place) =>
      JSON.stringify({ timestamp: place, input_length: 10, output_length: 30_000, hash_ids: [place] }),
    )
    await writeFile(join(folder, 'long.jsonl'), lines.join('\n'))
    const stop = new AbortController()
    const running = runCli(['simulate', '--trace', 'long.jsonl'], { cwd: folder, signal: stop.signal })
    setTimeout(() => stop.abort({ kind: 'stop', cause: 'SIGINT' }), 300)
    const { code, stdout } = await running
    expect([code, stdout]).toEqual([exitCodes.interrupted, ''])
  })

  it.each([
    [['--compare', 'least-requests'], /There is no policy "least-requests"[^]*Did you mean least-request\?/],
    [['--compare', ''], /--compare needs a value/],
    [['--slo', 'ttft'], /"ttft" has no duration/],
    [['--slo', 'latency=2s'], /"latency=2s" is none of ttft, tpot and share/],
    [['--slo', 'share=99%'], /neither ttft nor tpot/],
    [['--slo', 'ttft=2s,ttft=3s'], /twice/],
    [['--slo', 'ttft=2s,share=101%'], /has no share/],
    [['--slo', 'constructor=2s'], /"constructor=2s" is none of ttft, tpot and share/],
    [['--slo', 'ttft=2s=5s'], /"ttft=2s=5s" has no duration/],
    [['--rate', '1e-300'], /--rate 1e-300 is not understood/],
    [['--link', '1e-300'], /--link 1e-300 is not understood/],
    [['--autoscale', '--compare', 'all'], /--autoscale simulates one policy/],
    [['--autoscale', '--prefill', '1'], /no Fleet says how replicas that prefill are scaled/],
    [['--start-time', '5s'], /--start-time is for --autoscale/],
    [['--rate', 'fast'], /--rate fast is not understood/],
    [['--rate', '0'], /--rate 0 is not understood/],
    [['--replicas', '0'], /--replicas takes a whole number from 1/],
    [['--replicas', '2', '--prefill', '2'], /--prefill 2 leaves none of 2 replicas to decode/],
    [['--workload', 'everything'], /--workload is one of conversation/],
    [['--trace', 'slice.jsonl', '--workload', 'poisson'], /two loads/],
    [['--gateways', '0'], /--gateways takes a whole number from 1/],
    [['--gateways', '2', '--load-reports', '1ms'], /--load-reports 1ms is not understood/],
    [['--load-reports', '1s'], /one is simulated/],
    [['--sweep', 'rate', '--recommend'], /two questions/],
    [['--recommend', '--compare', 'random,round-robin'], /searches with one policy/],
    [['--calibration', 'slow.json', '--sweep', 'gpu'], /one GPU, and several are asked about/],
    [['--calibration', 'slow.json', '--recommend'], /Name the --gpu that was measured/],
    [['--gpu', 'l40z'], /no GPU "l40z"/],
    [['--model', 'lama-3.1-8b'], /no model "lama-3.1-8b"/],
    [['--context', 'long'], /--context long is not understood/],
    [['fleet.yaml', '--model', 'chta'], /fleet\.yaml has no model "chta"[^]*Did you mean chat\?/],
    [['fleet.yaml', '--context', '8k'], /--context is not for a Fleet/],
  ])('refuses %j as usage', async (args, message) => {
    const { code, stderr, stdout } = await simulate(...args)
    expect([code, stdout]).toEqual([exitCodes.usage, ''])
    expect(stderr).toMatch(message)
  })
})

describe('fairlead simulate of a Fleet', () => {
  it('takes model, GPU, context and replicas from it, sized as the plan sizes them', async () => {
    const { stdout, code } = await simulate('fleet.yaml', '--requests', '60')
    expect(code).toBe(exitCodes.done)
    expect(stdout).toMatch(/Replicas +3, each 1 × NVIDIA L40S, Qwen\/Qwen3-8B/)
    expect(stdout).toMatch(/model chat of fleet\.yaml/)
    expect(stdout).toMatch(/Left out: \d+ of the requests[^]*16,384/)
  })

  it('keeps the shares of prefill and decode where it has another number of replicas, as a sweep does', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    const apart = fleet.replace('    replicas: 3\n', '    prefill: { replicas: 2 }\n    decode: { replicas: 4 }\n')
    await writeFile(join(folder, 'apart.yaml'), apart)
    const { rows: results } = await rows('apart.yaml', ...few, '--replicas', '12')
    expect(results[0]).toMatchObject({ setting: { replicas: 12, prefillReplicas: 4 } })
  })

  it('of no replica is simulated with one, and says so', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    await writeFile(join(folder, 'none.yaml'), fleet.replace('replicas: 3', 'replicas: 0'))
    const { stdout } = await simulate('none.yaml', '--requests', '20')
    expect(unbroken(stdout)).toContain('The Fleet has no replica of chat; one is simulated.')
  })

  it('counts the GPUs of replicas that prefill beside those of others, of which each has more', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    const range = 'minReplicas: 1, maxReplicas: 2'
    const pools = [
      `    prefill: { ${range}, hardware: { gpu: l40s, gpus: 1 } }`,
      `    decode: { ${range}, hardware: { gpu: l40s, gpus: 2 } }\n`,
    ]
    const apart = fleet.replace('    replicas: 3\n', pools.join('\n'))
    await writeFile(join(folder, 'gpus.yaml'), apart)
    const { rows: results } = await rows('gpus.yaml', ...few, '--replicas', '4', '--autoscale')
    const hours = Number(results[0]?.['simulatedSeconds']) / 3600
    const counted = results.map(({ replicas, gpuHours }) => [replicas, Number(gpuHours) / hours])
    expect(counted).toEqual([
      ['scaled', expect.closeTo(3)],
      ['3', expect.closeTo(4)],
      ['4', expect.closeTo(6)],
    ])
  })

  it('starts with no more replicas that prefill than there are', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    const range = '{ minReplicas: 2, maxReplicas: 3 }'
    const apart = fleet.replace('    replicas: 3\n', `    prefill: ${range}\n    decode: ${range}\n`)
    await writeFile(join(folder, 'ranges.yaml'), apart)
    const asked = ['ranges.yaml', '--requests', '20', '--autoscale', '--prefill', '1', '--replicas', '4']
    const { rows: results } = await rows(...asked)
    expect(results[0]).toMatchObject({ scaling: { timeline: [{ atMs: 0, wanted: 3, ready: 3 }] } })
  })

  it('has its requests wait by what engines say where it says so, with and without a limit of its own', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    await writeFile(join(folder, 'waits.yaml'), `${fleet}\nflow: { saturation: true, maxQueue: 9 }\n`)
    const { stdout } = await simulate('waits.yaml', '--requests', '20')
    const told = 'one while its engine says that it has too much to do; 9 more wait'
    expect(unbroken(stdout)).toContain(`each replica gets any number of requests at once, ${told}`)
    const { stdout: limited } = await simulate('waits.yaml', '--requests', '20', '--max-in-flight', '7')
    expect(unbroken(limited)).toContain(`each replica gets 7 requests at once, ${told}`)
  })

  it('goes by the policy that it names, unless others are compared', async () => {
    const text = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    await writeFile(join(folder, 'sticky.yaml'), `${text}\nrouting: { policy: stickyUntilSaturated }\n`)
    expect(await policiesOfSticky()).toMatchObject([{ policy: 'sticky-until-saturated' }])
    expect(await policiesOfSticky('--compare', 'random')).toMatchObject([{ policy: 'random' }])
  })

  it('keeps sessions where it says so', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    await writeFile(join(folder, 'sessions.yaml'), `${fleet}\nrouting: { session: { enabled: true, time: 20m } }\n`)
    const { stdout } = await simulate('sessions.yaml', '--requests', '20')
    expect(stdout).toMatch(/Sessions +stay with their replica for 1,200 s/)
    expect((await simulate('fleet.yaml', '--requests', '20')).stdout).not.toMatch(/Sessions/)
  })

  it('takes another GPU and number where the command line says so', async () => {
    const { rows: results } = await rows('fleet.yaml', ...few, '--gpu', 'h100', '--replicas', '2')
    expect(results[0]).toMatchObject({ setting: { engine: expect.stringMatching(/H100.*Qwen3-8B/), replicas: 2 } })
  })

  it('says that an engine without a GPU has no size', async () => {
    const { code, stderr } = await simulate('fleet.yaml', '--model', 'toy')
    expect(code).toBe(exitCodes.failed)
    expect(stderr).toMatch(/Model toy of fleet\.yaml has no size to simulate with/)
  })

  it('says so where the model does not fit, and what would', async () => {
    const { code, stderr } = await simulate('--model', 'llama-3.1-70b', '--gpu', 'l4', '--count', '1')
    expect(code).toBe(exitCodes.answerIsNo)
    expect(stderr).toMatch(/does not fit 1 × NVIDIA L4, so there is nothing to simulate/)
  })
})

describe('what-if', () => {
  it('along an axis is an object a place and policy', async () => {
    const { rows: results } = await rows(...few, '--sweep', 'replicas', '--compare', 'round-robin,random')
    expect(results.map(({ sweep, value, policy }) => `${String(sweep)} ${String(value)} ${String(policy)}`)).toEqual(
      [1, 2, 3, 4].flatMap((count) => [`replicas ${count} round-robin`, `replicas ${count} random`]),
    )
  })

  it('recommends the fewest replicas of a GPU, and says what fails with one less', async () => {
    const asked = ['--workload', 'prefill-heavy', '--requests', '60', '--gpu', 'l40s', '--recommend']
    const { code, stdout } = await simulate(...asked, '--slo', 'ttft=1s,tpot=100ms', '--json')
    const found = JSON.parse(stdout) as Record<'best' | 'below', { replicas: number; holds: boolean; fails: string[] }>
    expect(code).toBe(exitCodes.done)
    expect(found.best).toMatchObject({ gpu: 'l40s', holds: true })
    expect(found.below).toMatchObject({ replicas: found.best.replicas - 1, holds: false })
    expect(found.below.fails[0]).toMatch(/% of the requests keep the SLO, not 90 %/)
  })

  it('compares GPUs with what the Fleet says of number and price, in one currency', async () => {
    const fleet = await readFile(join(folder, 'fleet.yaml'), 'utf8')
    const own = fleet.replace('gpu: l40s', 'gpu: l40s, gpus: 2')
    const priced = (currency: string) =>
      writeFile(
        join(folder, 'priced.yaml'),
        `${own}\nprices:\n  currency: ${currency}\n  gpus: [{ name: l40s, perHour: 0.01 }, { name: h100, perHour: 9 }]\n`,
      )
    const sweep = async () => (await rows('priced.yaml', ...few, '--requests', '10', '--sweep', 'gpu')).rows
    await priced('USD')
    const all = await sweep()
    expect(all.length).toBeGreaterThan(10)
    expect(all[0]).toMatchObject({ value: '2 × l40s', setting: { currency: 'USD' } })
    await priced('EUR')
    expect((await sweep()).map(({ value }) => value)).toEqual(['2 × l40s', expect.stringMatching(/^h100/)])
    const { stdout } = await simulate('priced.yaml', ...few)
    expect(stdout).toMatch(/Price +€0\.04 an hour for all/)
  })

  it('answers no where nothing holds', async () => {
    const { code, stdout } = await simulate(...few, '--gpu', 'l40s', '--recommend', '--slo', 'ttft=1ms')
    expect(code).toBe(exitCodes.answerIsNo)
    expect(stdout).toMatch(/Nothing that was tried holds the SLO/)
  })
})

describe('the report', () => {
  it('is one page that loads nothing, and shows names from outside as text', async () => {
    await writeFile(join(folder, '<img src=x>.jsonl'), await readFile(slice))
    await simulate('--trace', '<img src=x>.jsonl', '--requests', '20', '--compare', 'all', '--html', 'out/report.html')
    const page = await readFile(join(folder, 'out', 'report.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page).toContain('&lt;img src=x&gt;.jsonl')
    expect(page).not.toMatch(/<img|<script|<link|@import|url\(|src=["']/)
    for (const { name } of policies) expect(page).toContain(`>${name}</`)
    for (const title of ['Time to first token', 'Load of each replica']) expect(page).toContain(`aria-label="${title}"`)
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('is refused where it cannot be written, before anything is simulated', async () => {
    const { code, stdout, stderr } = await simulate(...few, '--html', '.')
    expect([code, stdout]).toEqual([exitCodes.failed, ''])
    expect(stderr).toMatch(/--html \. is a folder/)
    expect(stderr).not.toMatch(/Simulated|\.tmp/)
  })

  it('of a sweep has a line a policy', async () => {
    await simulate(...few, '--sweep', 'rate', '--compare', 'round-robin,random', '--html', 'sweep.html')
    const page = await readFile(join(folder, 'sweep.html'), 'utf8')
    expect(page.match(/<polyline/g)).toHaveLength(6)
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  })
})

const choices = (name: string) => command.options?.find((option) => option.name === name)?.choices

describe('the command as data', () => {
  it('offers the workloads and axes that there are', () => {
    expect(choices('workload')).toEqual(workloadKinds.map(({ name }) => name))
    expect(choices('sweep')).toEqual(sweepAxes)
  })
})
