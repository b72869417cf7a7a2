import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import type { Target } from '../operate/index.ts'
import { fakeTarget, readyStatus } from './testing/fake-target.ts'
import { runCli, type RunOptions } from './testing/run-in-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-verbs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(
  join(folder, 'fleet.yaml'),
  'name: demo\nmodels: [{ name: llama, engine: simulated }]\ntargets: { default: kubernetes }\n',
)

/** Runs a command line over a fake target, in a folder whose ./fleet.yaml is of a cluster. */
async function over(line: string, answers: Partial<Target> = {}, options: RunOptions = {}) {
  const fake = fakeTarget(answers)
  const env = { HOME: folder, PATH: '' }
  const args = line.split(' ').filter((word) => word !== '')
  const result = await runCli(args, { cwd: folder, env, ...options, findTarget: fake.find })
  return { ...result, ...fake, verbs: fake.asked.map(([verb]) => verb) }
}

const unreachable = () => Promise.reject(new UserError({ what: 'The cluster cannot be reached' }))

// proves B7 (real part)
describe('which target and which Fleet a command line means', () => {
  it('are those of ./fleet.yaml, with the place that kubectl users name', async () => {
    const { asked, places, isClosed } = await over('restart llama --context prod -n llm --kubeconfig k.yaml')
    expect(places).toEqual([
      {
        name: 'kubernetes',
        place: expect.objectContaining({ context: 'prod', namespace: 'llm', kubeconfig: join(folder, 'k.yaml') }),
      },
    ])
    expect(asked[0]?.slice(0, 3)).toEqual(['restart', 'demo', { subject: 'llama' }])
    expect(isClosed()).toBe(true)
  })

  it('are those that are named', async () => {
    expect((await over('status other --target kserve')).asked[0]?.slice(0, 2)).toEqual(['status', 'other'])
    expect((await over('status other')).places[0]?.name).toBe('local')
    expect((await over('status --target local')).places[0]?.name).toBe('local')
    expect((await over('logs --fleet fleet.yaml')).places[0]?.name).toBe('kubernetes')
  })

  it('are refused where they contradict each other', async () => {
    const { code, stderr } = await over('status -n llm --target local')
    expect(code).toBe(64)
    expect(stderr).toContain('--namespace names a cluster, and target local has none')
  })

  it('lets go of its connection when a verb fails', async () => {
    const { code, isClosed, stderr } = await over('status', { status: unreachable })
    expect(code).toBe(1)
    expect(stderr).toContain('The cluster cannot be reached')
    expect(isClosed()).toBe(true)
  })
})

const plan: Target['plan'] = async () => ({
  hasChanges: true,
  actions: [
    { verb: 'create', subject: 'Service demo', detail: '' },
    {
      verb: 'change',
      subject: 'Deployment demo-llama',
      detail: '',
      restartsPods: true,
      fields: [
        { path: 'spec.replicas', before: 1, after: 2, cause: { path: 'models[0].replicas', line: 4, column: 5 } },
        { path: 'metadata.labels.x', before: 'y', manager: 'kubectl' },
      ],
    },
    { verb: 'keep', subject: 'ConfigMap demo', detail: '' },
  ],
})
const scale: Target['scale'] = async () => ({ subject: 'Deployment d', before: 1, after: 3, note: 'until apply' })

// proves B7 (real part)
describe('verbs over a target', () => {
  it('apply hands over what was rendered and how, and shows what serves', async () => {
    const { code, asked, stdout } = await over('apply --timeout 20m --force-conflicts --no-smoke --reason new')
    expect(code).toBe(0)
    const [, source, work] = asked.find(([verb]) => verb === 'apply') ?? []
    expect(source).toMatchObject({ fleet: { name: 'demo' }, rendered: { artifacts: expect.any(Array) } })
    expect(work).toMatchObject({
      timeoutMs: 1_200_000,
      options: { forceConflicts: true, smoke: false, reason: 'new' },
    })
    expect(stdout).toContain('Fleet demo is ready at http://demo.llm.svc:8080')
    expect((await over('apply --timeout soon')).code).toBe(64)
  })

  it('plan tells what would change, where the Fleet says so, and by its exit code if asked', async () => {
    const { code, stdout } = await over('plan --changes', { plan })
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "Steps of \`fairlead apply\` on target kubernetes
        create Service demo
        change Deployment demo-llama (replaces its pods)
            spec.replicas: 1 → 2  fleet.yaml:4:5 models[0].replicas
            metadata.labels.x: y → (none)  of kubectl
        1 × create, 1 × change, 1 as it is
      "
    `)
    expect((await over('plan --changes --detailed-exitcode', { plan })).code).toBe(2)
    expect((await over('plan --detailed-exitcode')).code).toBe(0)
    expect((await over('plan --offline', { plan })).verbs).not.toContain('plan')
    expect(JSON.parse((await over('plan --json', { plan })).stdout)).toMatchObject({
      target: 'kubernetes',
      hasChanges: true,
      actions: { length: 3 },
    })
  })

  it('scale tells before and after, and what will set it otherwise again', async () => {
    const { code, stdout, stderr, asked } = await over('scale llama --replicas 3 --role decode', { scale })
    expect([code, stdout, stderr]).toEqual([0, 'Deployment d: 1 → 3\n', 'until apply\n'])
    expect(asked[0]?.slice(0, 3)).toEqual(['scale', 'demo', { model: 'llama', replicas: 3, role: 'decode' }])
    expect((await over('scale llama')).code).toBe(64)
  })

  it('restart lists what was started anew', async () => {
    expect((await over('restart')).stdout).toBe('restarted llama-0\nrestarted llama-1\n')
  })

  it('logs asks for the run before the last restart', async () => {
    const { asked, stdout } = await over('logs llama --previous --tail 5')
    expect(asked[0]?.[3]).toMatchObject({ subject: 'llama', previous: true, tail: 5, follow: false })
    expect(stdout).toBe('llama-0 loaded\n')
    expect((await over('logs -f -p')).code).toBe(64)
  })

  it('events are a line each, and an array with --json', async () => {
    const event = { at: '2026-01-02T03:04:05Z', subject: 'Pod a', message: 'no GPU', count: 3 } as const
    async function* events() {
      yield { ...event, severity: 'warning' as const, reason: 'FailedScheduling' }
    }
    const { stdout } = await over('events', { events })
    expect(stdout).toBe('2026-01-02T03:04:05Z  warning  Pod a FailedScheduling: no GPU (3 times)\n')
    expect(JSON.parse((await over('events --json', { events })).stdout)).toMatchObject([event])
  })

  it('rollout exits with 2 where an update has failed', async () => {
    const row = {
      model: 'llama',
      role: 'both',
      state: 'failed',
      wanted: 2,
      updated: 1,
      ready: 1,
      message: 'no GPU',
    } as const
    const { code, stdout, asked } = await over('rollout status llama', { rollout: async () => [row] })
    expect(code).toBe(2)
    expect(stdout).toMatch(/llama +both +failed +1\/2 +1\/2 +no GPU/)
    expect(asked[0]?.slice(0, 3)).toEqual(['rollout', 'demo', { action: 'status', model: 'llama' }])
    const started = await over('rollout start')
    expect(started.code).toBe(0)
    expect(started.asked[0]?.[2]).toMatchObject({ action: 'start', source: { rendered: expect.anything() } })
    expect(started.asked[0]?.[2]).not.toHaveProperty('canary')
  })

  it('rollout start tries a change on the shares that are named', async () => {
    const line = 'rollout start --canary 5%,25,50.5% --step-time 90s --requests 20 --more-errors 1% --slower 20%'
    const { asked } = await over(`${line} --no-promote`)
    expect(asked[0]?.[2]).toMatchObject({
      canary: {
        shares: [5, 25, 50.5],
        stepMs: 90_000,
        fewestRequests: 20,
        replicas: 1,
        moreErrors: 0.01,
        slower: 0.2,
        promotes: false,
      },
    })
    expect((await over('rollout start --canary 10%')).asked[0]?.[2]).toMatchObject({
      canary: { shares: [10], stepMs: 600_000, fewestRequests: 50, moreErrors: 0.02, slower: 0.5, promotes: true },
    })
  })

  it.each(['0%', '20%,10%', '110%', 'some', ''])(
    'rollout start says what is wrong with the share %j',
    async (share) => {
      const { code, asked, stderr } = await over(`rollout start --canary=${share}`)
      expect(code).toBe(64)
      expect(asked).toEqual([])
      expect(stderr).toContain('--canary')
    },
  )

  it('revisions and rollback speak of numbers', async () => {
    const revision = {
      number: 2,
      appliedAt: 'T',
      version: '0.1.0',
      reason: 'new',
      objects: 4,
      isCurrent: true,
      fleetText: '',
    }
    expect((await over('revisions', { revisions: async () => [revision] })).stdout).toMatch(
      /2 +T +0\.1\.0 +4 +new \(current\)/,
    )
    const { stdout, asked } = await over('rollback --to 1')
    expect(asked[0]?.slice(0, 3)).toEqual(['rollback', 'demo', { revision: 1 }])
    expect(stdout).toContain('at revision 3')
  })

  it('port-forward says where it listens', async () => {
    const { stdout, asked } = await over('port-forward llama -p 41234 --admin')
    expect(stdout).toBe('http://127.0.0.1:41234\n')
    expect(asked[0]?.[3]).toMatchObject({ subject: 'llama', localPort: 41_234, admin: true })
  })

  it('health says what lacks, and asks only the address where it is given one', async () => {
    const ill = {
      ...readyStatus,
      pools: [{ model: 'llama', role: 'both', wanted: 2, ready: 1, updated: 2, object: 'd', version: null }],
    }
    const problem = {
      subject: 'model llama',
      reason: 'unschedulable',
      what: 'No node has a free GPU',
      mend: 'Add a node.',
    }
    const status = async () => ({ ...ill, problems: [problem] })
    const { code, stdout } = await over('health demo', { status })
    expect(code).toBe(2)
    expect(stdout).toBe(
      'degraded\nmodel llama: 1 of 2 replicas are ready\nmodel llama: No node has a free GPU\n  mend Add a node.\n',
    )
    expect((await over('health --target kubernetes')).stdout).toBe('ready\n')
    expect((await over('health http://127.0.0.1:1/readyz')).verbs).toEqual([])
  })
})

describe('delete', () => {
  it('asks a person at a terminal, and takes only a yes', async () => {
    for (const [answer, deletes] of [
      ['y\n', true],
      ['yes\n', true],
      ['\n', false],
      ['no\n', false],
      ['', false],
    ] as const) {
      const { code, verbs, stderr } = await over('delete', {}, { isTerminal: true, stdin: answer })
      expect(verbs.includes('delete')).toBe(deletes)
      expect(code).toBe(deletes ? 0 : 1)
      expect(stderr).toContain('Delete Fleet demo on target kubernetes? [y/N]')
    }
  })

  it('asks no script, and nobody with --yes', async () => {
    expect((await over('delete')).stdout).toBe(
      'removed Deployment demo-llama\nkept    namespace llm\nFleet demo is deleted.\n',
    )
    const { verbs, stderr } = await over('delete --yes --volumes', {}, { isTerminal: true })
    expect(verbs).toContain('delete')
    expect(stderr).not.toContain('[y/N]')
  })
})

describe('--json', () => {
  it.each([
    'apply',
    'status',
    'health demo',
    'logs',
    'events',
    'scale llama --replicas 2',
    'rollout start',
    'rollout pause',
    'rollback',
    'revisions',
    'restart',
    'delete',
    'port-forward',
  ])('of `%s` is exactly one document', async (line) => {
    const { stdout, code } = await over(`${line} --json`)
    expect(code).toBe(0)
    expect(() => JSON.parse(stdout) as unknown).not.toThrow()
  })
})

/** Says back what it reads. */
const echo: Target['exec'] = async (_fleet, _environment, { streams }) => {
  streams.output.write('out')
  streams.errors.write('err')
  for await (const piece of streams.input ?? []) streams.output.write(String(piece))
  return 7
}

describe('commands where replicas run', () => {
  it('get their words after the dashes, and end as they do', async () => {
    const { code, stdout, stderr, asked } = await over(
      'exec llama-0 -c engine -- ls --json -n x',
      { exec: echo },
      { stdin: 'in' },
    )
    expect([code, stdout, stderr]).toEqual([7, 'outin', 'err'])
    expect(asked[0]).toEqual([
      'exec',
      'demo',
      expect.anything(),
      expect.objectContaining({ subject: 'llama-0', container: 'engine', command: ['ls', '--json', '-n', 'x'] }),
    ])
    expect((await over('exec llama')).asked[0]?.[3]).toMatchObject({ subject: 'llama', command: ['sh'] })
    expect((await over('exec')).code).toBe(64)
  })

  it('have a container of their own beside the engine, with a pinned image', async () => {
    const { asked, code } = await over('debug llama -- ps aux', { debug: async () => 3 })
    expect(code).toBe(3)
    expect(asked[0]?.[3]).toMatchObject({
      subject: 'llama',
      image: expect.stringMatching(/^docker\.io\/library\/busybox:\d+\.\d+\.\d+/),
      command: ['ps', 'aux'],
    })
    expect((await over('debug llama --image x:1')).asked[0]?.[3]).toMatchObject({ image: 'x:1', command: ['sh'] })
  })
})

describe('the GPUs of replicas', () => {
  const replica = {
    model: 'llama',
    engine: 'vllm',
    address: '',
    starts: 1,
    since: '',
    inFlight: null,
    tokensPerSecond: null,
    lastError: null,
  }
  const status = async () => ({
    ...readyStatus,
    replicas: [
      { ...replica, id: 'llama-0', state: 'ready' },
      { ...replica, id: 'llama-1', state: 'ready' },
    ],
  })
  const smi =
    '0, GPU-f7c1496c, 98, 74709, 81559, 61, 612.34, 700.00, NVIDIA H100 80GB HBM3\n--- fairlead ---\nGPU-f7c1496c, 77, 74698, VLLM::EngineCore\n--- fairlead ---\nall'
  const exec: Target['exec'] = async (_fleet, _environment, { subject, streams }) => {
    if (subject === 'llama-1') return 127
    streams.output.write(smi)
    return 0
  }

  it('are a table, with a reason for those that are not told', async () => {
    const { stdout, code } = await over('gpu', { status, exec })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^REPLICA +GPU +NAME +USE +MEMORY +TEMP +POWER +PROCESSES\n/)
    expect(stdout).toMatch(
      /llama-0 +0 +NVIDIA H100 80GB HBM3 +98% +78\.3 GB of 85\.5 GB +61 °C +612 W of 700 W +VLLM::EngineCore \(77, 78\.3 GB\)\n/,
    )
    expect(stdout).toContain('llama-1: there is no nvidia-smi')
  })

  it('are a document, and an answer of no where there are none', async () => {
    const { stdout } = await over('gpu --json', { status, exec })
    expect(JSON.parse(stdout)).toMatchObject({
      fleet: 'demo',
      replicas: [{ replica: 'llama-0', gpus: [{ use: 0.98, temperature: 61 }] }, { missing: 'there is no nvidia-smi' }],
    })
    expect((await over('gpu', { status, exec: async () => 127 })).code).toBe(2)
    expect((await over('gpu --watch --json', { status, exec })).code).toBe(64)
  })
})

describe('a support bundle', () => {
  it('is written for its owner alone, over no other file', async () => {
    const { code, stdout } = await over('support-bundle -o bundle.tar.gz --kubeconfig none.yaml --json')
    expect(code).toBe(0)
    const { file, missing } = JSON.parse(stdout)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(missing.map(({ path }: { path: string }) => path)).toContain('doctor.json')
    const again = await over('support-bundle -o bundle.tar.gz')
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')])
  })
})
