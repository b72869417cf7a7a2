import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import type { FleetStatus, ReplicaStatus } from '../../targets/index.ts'
import { composeChecks, type ComposePlace } from './compose/index.ts'
import type { CheckResult } from './contract.ts'
import { localChecks, type LocalPlace } from './local/index.ts'
import { runChecks } from './run-checks.ts'
import { fakeMachine, type FakeMachine } from './testing/fake-machine.ts'

const fleetText = `
name: lab
gateway: { listen: 127.0.0.1:8080 }
access: { keys: [{ name: team, value: { env: TEAM_KEY } }] }
models:
  - name: llama
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    token: { env: HF_TOKEN }
    engine: vllm
    context: 8k
    replicas: 2
    hardware: { gpu: l40s }
targets: { compose: { network: edge } }
`
const loaded = loadFleet(Buffer.from(fleetText), { file: 'fleet.yaml', environment: {}, purpose: 'plan' })
const fleet = requireFleet(loaded, { colour: false })

const gpu = (index: number, { driver = '580.95.05', free = 45_500, name = 'NVIDIA L40S' } = {}) =>
  `${index}, ${name}, 46068, ${free}, ${driver}, 8.9`
const gpus = `${gpu(0)}\n${gpu(1)}\n`
const hub = 'https://huggingface.co/api/models/meta-llama/Llama-3.1-8B-Instruct'

/** A machine on which all is well. */
const well: FakeMachine = {
  programs: {
    'nvidia-smi': gpus,
    vllm: '',
    'docker version': '28.5.1 28.5.1\n',
    'docker compose version': '2.40.3\n',
    'docker info --format {{json .Runtimes}}':
      '{"io.containerd.runc.v2":{},"nvidia":{"path":"nvidia-container-runtime"}}',
    'docker info --format {{json .DiscoveredDevices}}': 'null',
    'docker info --format {{.DockerRootDir}}': '/var/lib/docker\n',
    'docker image inspect': 'sha256:1\n',
    'docker run': 'GPU 0: NVIDIA L40S (UUID: GPU-1)\nGPU 1: NVIDIA L40S (UUID: GPU-2)\n',
    'docker network inspect': 'edge\n',
    'docker ps --quiet': '',
    'docker ps --all': 'lab-gateway-1\trunning\tUp 2 hours (healthy)\nlab-fetch-1\texited\tExited (0) 2 hours ago\n',
  },
  answers: {
    [hub]: { status: 200, body: '' },
    'http://127.0.0.1:8080/readyz': { status: 200, body: '' },
    'http://127.0.0.1:8081/metrics': { status: 200, body: 'fairlead_build_info 1' },
    'http://127.0.0.1:9000/metrics': { status: 200, body: '# HELP x' },
  },
}

const replica = (part: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  id: 'llama-0',
  model: 'llama',
  engine: 'vllm',
  state: 'ready',
  address: 'http://127.0.0.1:9000',
  starts: 1,
  since: '2026-01-01T00:00:00Z',
  inFlight: 0,
  tokensPerSecond: 0,
  lastError: null,
  ...part,
})
const stopped: FleetStatus = { fleet: 'lab', target: 'local', running: false, gateway: null, replicas: [] }
const running = (replicas: readonly ReplicaStatus[] = [replica()]): FleetStatus => ({
  fleet: 'lab',
  target: 'local',
  running: true,
  gateway: { address: 'http://127.0.0.1:8080', admin: 'http://127.0.0.1:8081', state: 'ready', lastError: null },
  replicas,
})

interface Broken {
  readonly machine?: FakeMachine
  readonly environment?: Readonly<Record<string, string>>
  readonly status?: FleetStatus
  readonly offline?: boolean
}

const secrets = { TEAM_KEY: 'k', HF_TOKEN: 't' }
const common = ({ machine = {}, environment = secrets, offline = false }: Broken) => {
  const programs = { ...well.programs, ...machine.programs }
  const answers = { ...well.answers, ...machine.answers }
  const looked = { ...fleet, storage: { ...fleet.storage, models: { ...fleet.storage.models, offline } } }
  return {
    fleet: looked,
    file: '/srv/fleet.yaml',
    plan: makePlan(looked, { target: 'local' }),
    environment,
    machine: fakeMachine({ ...well, ...machine, programs, answers }),
  }
}
const localPlace = (broken: Broken): LocalPlace => ({
  ...common(broken),
  status: broken.status ?? stopped,
  storedBytes: () => Promise.resolve(undefined),
  isInstalled: () => Promise.resolve(false),
})
const composePlace = (broken: Broken): ComposePlace => ({
  ...common(broken),
  folder: '/srv/deploy',
  engineImages: ['docker.io/vllm/vllm-openai:v0.32.0'],
  status: { running: false },
})
const options = { signal: new AbortController().signal, words: { fleet: 'lab' } }
const examineLocal = (broken: Broken = {}) => runChecks(localChecks, localPlace(broken), options)
const examineCompose = (broken: Broken = {}) => runChecks(composeChecks, composePlace(broken), options)
const notWell = (results: readonly CheckResult[]) =>
  results.filter(({ state }) => state === 'failed' || state === 'warning').map(({ id }) => id)
const find = (results: readonly CheckResult[], id: string) => results.find((result) => result.id === id)

/** One break or more for each check of target `local`, and what it has to say. */
const localBreaks: readonly (readonly [id: string, broken: Broken, says: RegExp])[] = [
  ['local.node', { machine: { nodeVersion: '22.1.0' } }, /22\.1\.0 is older than 24/],
  ['local.ports', { machine: { taken: [8081] } }, /127\.0\.0\.1:8081 \(EADDRINUSE\)/],
  ['local.cores', { machine: { cores: 0 } }, /there are 0 cores/],
  ['local.memory', { machine: { availableMemoryBytes: 2 ** 30 } }, /it wants .* of 1\.1 GB|it wants/],
  ['local.disk', { machine: { freeDiskBytes: 2 ** 30 } }, /are to be fetched/],
  ['local.gpu', { machine: { programs: { 'nvidia-smi': null } } }, /no nvidia-smi/],
  [
    'local.gpu',
    {
      machine: {
        programs: {
          'nvidia-smi': {
            code: 9,
            stdout: 'NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.',
          },
        },
      },
    },
    /communicate with the NVIDIA driver/,
  ],
  ['local.gpu', { machine: { programs: { 'nvidia-smi': gpu(0) } } }, /2 GPUs are wanted, and 1/],
  [
    'local.gpu-driver',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { driver: '535.129.03' })}\n${gpu(1)}` } } },
    /535\.129\.03; vllm with CUDA 13 needs branch 580/,
  ],
  [
    'local.gpu-type',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { name: 'Tesla T4' })}\n${gpu(1, { name: 'Tesla T4' })}` } } },
    /for l40s, and this machine has/,
  ],
  [
    'local.gpu-memory',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { free: 900 })}\n${gpu(1)}` } } },
    /GPU 0 900 of 46068 MiB/,
  ],
  ['local.engine', { machine: { programs: { vllm: null } } }, /vllm is not on PATH/],
  ['local.secrets', { environment: { HF_TOKEN: 't' } }, /access\.keys\[0\]\.value.*TEAM_KEY is not set/],
  [
    'local.model-source',
    { machine: { answers: { [hub]: { status: 403, body: '' } } } },
    /may not be read with the token/,
  ],
  ['local.model-source', { machine: { answers: { [hub]: { status: 404, body: '' } } } }, /has no meta-llama/],
  [
    'local.model-source',
    { machine: { answers: { [hub]: { problem: 'ENOTFOUND' } } } },
    /huggingface\.co cannot be reached \(ENOTFOUND\)/,
  ],
  ['local.model-source', { offline: true }, /offline forbids fetching/],
  [
    'local.replicas',
    {
      status: running([
        replica(),
        replica({ id: 'llama-1', state: 'crash-loop', lastError: 'exited with code 1: the engine sees no GPU' }),
      ]),
    },
    /llama-1 is crash-loop: exited with code 1: the engine sees no GPU/,
  ],
  [
    'local.gateway-answers',
    { status: running(), machine: { answers: { 'http://127.0.0.1:8080/readyz': { status: 503, body: '' } } } },
    /answers 503/,
  ],
  [
    'local.metrics-flow',
    { status: running(), machine: { answers: { 'http://127.0.0.1:9000/metrics': { problem: 'ECONNREFUSED' } } } },
    /llama-0 does not answer/,
  ],
]

/** The same for target `compose`. */
const composeBreaks: readonly (readonly [id: string, broken: Broken, says: RegExp])[] = [
  [
    'compose.docker',
    {
      machine: {
        programs: {
          'docker version': { code: 1, stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' },
        },
      },
    },
    /daemon does not answer: Cannot connect/,
  ],
  ['compose.docker', { machine: { programs: { 'docker version': '24.0.2 24.0.2' } } }, /24\.0\.2 is older than 25/],
  [
    'compose.compose',
    { machine: { programs: { 'docker compose version': '2.20.0' } } },
    /2\.20\.0 is older than 2\.24/,
  ],
  [
    'compose.nvidia-runtime',
    { machine: { programs: { 'docker info --format {{json .Runtimes}}': '{"runc":{}}' } } },
    /neither a runtime nvidia/,
  ],
  [
    'compose.gpu-in-container',
    {
      machine: {
        programs: {
          'docker run': {
            code: 125,
            stderr: 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
          },
        },
      },
    },
    /could not select device driver/,
  ],
  ['compose.gpu-in-container', { machine: { programs: { 'docker run': 'GPU 0: NVIDIA L40S' } } }, /sees 1 GPUs of 2/],
  ['compose.networks', { machine: { programs: { 'docker network inspect': { code: 1 } } } }, /no network edge/],
  ['compose.gpu', { machine: { programs: { 'nvidia-smi': gpu(0) } } }, /2 GPUs are wanted/],
  [
    'compose.gpu-driver',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { driver: '550.90.07' })}\n${gpu(1)}` } } },
    /550\.90\.07/,
  ],
  [
    'compose.gpu-type',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { name: 'Tesla T4' })}\n${gpu(1, { name: 'Tesla T4' })}` } } },
    /for l40s/,
  ],
  [
    'compose.gpu-memory',
    { machine: { programs: { 'nvidia-smi': `${gpu(0, { free: 900 })}\n${gpu(1)}` } } },
    /GPU 0 900/,
  ],
  ['compose.ports', { machine: { taken: [8080] } }, /127\.0\.0\.1:8080 cannot be listened on/],
  ['compose.memory', { machine: { availableMemoryBytes: 2 ** 30 } }, /it wants/],
  ['compose.disk', { machine: { freeDiskBytes: 2 ** 30 } }, /\/var\/lib\/docker/],
  [
    'compose.env',
    { environment: { TEAM_KEY: 'k' }, machine: { files: { '/srv/deploy/.env': 'HF_TOKEN=\nOTHER=1\n' } } },
    /HF_TOKEN is neither in \/srv\/deploy\/\.env/,
  ],
  [
    'compose.containers',
    {
      machine: {
        programs: {
          'docker ps --all': 'lab-llama-0-1\texited\tExited (1) 3 seconds ago\n',
          'docker logs': 'ValueError: No available memory for the cache blocks.',
        },
      },
    },
    /lab-llama-0-1: Exited \(1\).*hardware\.memoryFraction/,
  ],
]

describe('the doctor of target local', () => {
  it('finds nothing where all is well, stopped and running', async () => {
    expect(notWell(await examineLocal())).toEqual([])
    const results = await examineLocal({ status: running() })
    expect(notWell(results)).toEqual([])
    expect(find(results, 'local.metrics-flow')).toMatchObject({ state: 'ok', detail: '2 of 2 export them' })
  })

  it.each(localBreaks)('%s tells what is broken: %#', async (id, broken, says) => {
    const result = find(await examineLocal(broken), id)
    expect(result?.state).toMatch(/failed|warning/)
    expect(result?.detail).toMatch(says)
    expect(result?.mend).not.toBe('')
  })

  it('has a break for each check, and names each once', () => {
    const ids = localChecks.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !localBreaks.some(([broken]) => broken === id))).toEqual([])
  })

  it('does not ask what tells nothing without something else, and says which', async () => {
    const results = await examineLocal({ machine: { programs: { 'nvidia-smi': null } } })
    expect(find(results, 'local.gpu-driver')).toEqual({
      id: 'local.gpu-driver',
      what: 'the GPU driver is new enough for the engine’s CUDA',
      state: 'not-checked',
      detail: 'waits for local.gpu',
    })
  })

  it('never shows a secret', async () => {
    const environment = { TEAM_KEY: 'sk-very-secret', HF_TOKEN: 'hf_very_secret' }
    expect(JSON.stringify(await examineLocal({ environment }))).not.toContain('secret"')
    expect(JSON.stringify(await examineLocal({ environment }))).not.toMatch(/very.secret/)
  })
})

describe('the doctor of target compose', () => {
  it('finds nothing where all is well', async () => {
    expect(notWell(await examineCompose())).toEqual([])
  })

  it.each(composeBreaks)('%s tells what is broken: %#', async (id, broken, says) => {
    const result = find(await examineCompose(broken), id)
    expect(result?.state).toMatch(/failed|warning/)
    expect(result?.detail).toMatch(says)
  })

  it('has a break for each check', () => {
    const ids = composeChecks.map(({ id }) => id).filter((id) => id !== 'compose.secret-files')
    expect(ids.filter((id) => !composeBreaks.some(([broken]) => broken === id))).toEqual([])
  })

  it('asks for the files of secrets that a Fleet names by Secret', async () => {
    const text = fleetText.replace('{ env: TEAM_KEY }', '{ secretRef: { name: keys, key: team } }')
    const named = requireFleet(loadFleet(Buffer.from(text), { file: 'f', environment: {}, purpose: 'plan' }), {
      colour: false,
    })
    const look = async (machine: FakeMachine) =>
      find(
        await runChecks(composeChecks, { ...composePlace({ machine }), fleet: named }, options),
        'compose.secret-files',
      )
    expect(await look({})).toMatchObject({ state: 'failed', detail: '/srv/deploy/secrets/keys/team is not there' })
    expect(await look({ files: { '/srv/deploy/secrets/keys/team': 'x' } })).toMatchObject({ state: 'ok' })
  })

  it('waits for Docker with what Docker has to tell, to the end of the chain', async () => {
    const results = await examineCompose({ machine: { programs: { 'docker version': null, docker: null } } })
    expect(find(results, 'compose.gpu-in-container')).toMatchObject({
      state: 'not-checked',
      detail: 'waits for compose.docker',
    })
  })
})

describe('running checks', () => {
  const check = { id: 'x', targets: [], what: 'w', why: '', how: '', mend: 'm', after: [] } as const
  it('takes a check that throws as failed, and goes on', async () => {
    const throwing = { ...check, id: 'a', look: () => Promise.reject(new Error('boom')) }
    const fine = { ...check, id: 'b', look: () => ({ state: 'ok', detail: 'yes' }) as const }
    const results = await runChecks([throwing, fine], {}, options)
    expect(results.map(({ state }) => state)).toEqual(['failed', 'ok'])
    expect(results[0]?.detail).toBe('it cannot be looked at: boom')
  })

  it('does not wait for a check that hangs', async () => {
    const hanging = { ...check, look: () => new Promise<never>(() => undefined) }
    const [result] = await runChecks([hanging], {}, { ...options, timeoutMs: 20 })
    expect(result).toMatchObject({ state: 'failed', detail: 'no answer within 0.02 s' })
  })

  it('fills what is known into commands', async () => {
    const bad = {
      ...check,
      command: 'fairlead logs {fleet} {other}',
      look: () => ({ state: 'failed', detail: '' }) as const,
    }
    expect((await runChecks([bad], {}, options))[0]?.command).toBe('fairlead logs lab {other}')
  })

  it('knows only prerequisites that stand before', () => {
    for (const checks of [localChecks, composeChecks]) {
      const seen = new Set<string>()
      for (const { id, after } of checks) {
        expect(after.filter((before) => !seen.has(before))).toEqual([])
        seen.add(id)
      }
    }
  })
})
