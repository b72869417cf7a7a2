import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import { findRenderer } from '../renderers.ts'
import { renderProject } from './testing/render.ts'

const text = readFileSync(new URL('testing/fleets/hosts.yaml', import.meta.url), 'utf8')
const project = renderProject(text)
const composeOf = (path: string) => parse(project.textOf(path))
const one = composeOf('hosts/gpu-1/compose.yaml')
const two = composeOf('hosts/gpu-2/compose.yaml')

const key = 'apiKey: { env: KEY }'
const host = (name: string, more = '') => `{ name: ${name}, address: ${name}.lab, ${key}${more} }`
const fleet = (models: string, hosts: string, rest = '') =>
  `name: lab\nmodels:\n${models}\n${rest}targets: { compose: { hosts: [${hosts}], bundle: [prometheus] } }\n`
const gpuModel = (name: string, more = '') =>
  `  - { name: ${name}, source: hf://Qwen/Qwen3-8B-AWQ, context: 8k, hardware: { gpu: l40s, gpus: 1 }${more} }`
const servicesOf = (rendered: string, path: string) =>
  Object.keys(parse(renderProject(rendered).textOf(path)).services).filter((name) => name !== 'gateway')

// proves B2 (real part)
describe('a project over several hosts', () => {
  it('has engines where the Fleet says, and everything else beside the gateway', () => {
    expect(Object.keys(composeOf('compose.yaml').services)).toEqual(['gateway', 'fake', 'prometheus'])
    expect(Object.keys(one.services)).toEqual(['big', 'small-0', 'small-1', 'free'])
    expect(Object.keys(two.services)).toEqual(['small', 'notes-weights', 'notes'])
    expect([one.name, two.name]).toEqual(['lab-gpu-1', 'lab-gpu-2'])
  })

  it('publishes each engine where the gateway asks for it, and no port twice', () => {
    const published = Object.values<{ ports?: string[] }>(one.services).flatMap(({ ports = [] }) => ports)
    expect(published).toEqual([8000, 8001, 8002, 8003].map((port) => `10.0.0.11:${port}:8000`))
    const { pools } = parse(project.textOf('gateway/replicas.yaml'))
    const asked = pools.map(({ model, address }: { model: string; address: string }) => `${model} ${address}`)
    expect(asked).toContain('free http://10.0.0.11:8003')
    expect(asked).toContain('notes http://gpu-2.lab.example:8002')
    expect(two.services.notes.ports).toEqual(['8001-8002:8000'])
  })

  it('shows IPv6 addresses in brackets', () => {
    const rendered = fleet(gpuModel('a', ', placement: { hosts: [h] }'), `{ name: h, address: 'fd00::2', ${key} }`)
    const files = renderProject(rendered)
    expect(parse(files.textOf('hosts/h/compose.yaml')).services.a.ports).toEqual(['[fd00::2]:8000:8000'])
    expect(parse(files.textOf('gateway/replicas.yaml')).pools[0].address).toBe('http://[fd00::2]:8000')
  })

  it('has no key in a file and none in an argument', () => {
    expect(one.services.big.environment.VLLM_API_KEY).toBe('${GPU_ONE_KEY:?set GPU_ONE_KEY in .env}')
    expect(two.services.notes.secrets).toEqual([
      { source: 'secrets-engines-gpu-2', target: '/var/run/secrets/fairlead/engines/gpu-2' },
    ])
    expect(two.services.notes.entrypoint[2]).toContain('export LLAMA_API_KEY=')
    for (const { command } of Object.values<{ command: string[] }>({ ...one.services, ...two.services })) {
      expect(command.join(' ')).not.toMatch(/KEY|api-key/)
    }
  })

  it('asks on each host for what is read there, and for nothing else', () => {
    expect(project.textOf('hosts/gpu-1/.env.example')).toMatch(/GPU_ONE_KEY=\n\n# models\[0\]\.token\nHUB_TOKEN=\n$/)
    expect(project.textOf('hosts/gpu-2/.env.example')).not.toMatch(/^\w+=/m)
    expect(project.textOf('.env.example')).not.toContain('HUB_TOKEN')
  })

  it('is scraped where it runs, with the key where an engine asks for one', () => {
    const { scrape_configs: jobs } = parse(project.textOf('prometheus/prometheus.yaml'))
    const authorized = jobs.filter((job: { authorization?: object }) => job.authorization !== undefined)
    expect(authorized).toMatchObject([
      {
        job_name: 'fairlead-engine-notes-gpu-2',
        static_configs: [{ targets: ['gpu-2.lab.example:8001', 'gpu-2.lab.example:8002'] }],
      },
    ])
  })

  it('leaves nothing of its hosts in what is rendered for a cluster', () => {
    const loaded = requireFleet(loadFleet(text, { file: 'fleet.yaml', purpose: 'kubernetes' }))
    const options = { version: '1.2.3', fleetText: '', overrides: {}, gateway: true }
    const rendering = findRenderer('kubernetes')?.render(makePlan(loaded, { target: 'kubernetes' }), options)
    expect(JSON.stringify(rendering?.artifacts)).toContain('ONE_KEY')
    expect(JSON.stringify(rendering)).not.toMatch(/GPU_ONE_KEY|gpu-2/)
  })
})

describe('replicas of models that name no host', () => {
  const hosts = `${host('x', ', gpus: 1')}, ${host('y', ', gpus: 2')}`

  it('go to the first host with GPUs left, in the order of the Fleet, and else stay', () => {
    const rendered = fleet([gpuModel('a', ', replicas: 2'), gpuModel('b'), gpuModel('c')].join('\n'), hosts)
    expect(servicesOf(rendered, 'hosts/x/compose.yaml')).toEqual(['a'])
    expect(servicesOf(rendered, 'hosts/y/compose.yaml')).toEqual(['a', 'b'])
    expect(servicesOf(rendered, 'compose.yaml')).toContain('c')
  })

  it('leave room for those of models that name one, wherever these stand in the Fleet', () => {
    const models = [gpuModel('a'), gpuModel('b', ', placement: { hosts: [x] }')].join('\n')
    expect(servicesOf(fleet(models, hosts), 'hosts/x/compose.yaml')).toEqual(['b'])
    expect(servicesOf(fleet(models, hosts), 'hosts/y/compose.yaml')).toEqual(['a'])
  })

  it('stay where they cannot go alone, or without a key', () => {
    const models = [
      gpuModel('a', ', engine: sglang'),
      gpuModel('b').replace('gpus: 1', 'group: g'),
      gpuModel('c', ', prefill: {}, decode: {}'),
      '  - { name: d, engine: simulated }',
    ]
    const { files } = renderProject(fleet(models.join('\n'), hosts))
    expect(files.filter(({ path }) => path.startsWith('hosts/'))).toEqual([])
  })
})

describe('what several hosts cannot have', () => {
  const at = ', placement: { hosts: [h] }'
  it.each<[path: string, said: string, models: string, hosts: string]>([
    ['models[0].placement.hosts', 'as an argument, which', gpuModel('a', `${at}, engine: sglang`), host('h')],
    ['models[0].placement.hosts', 'hand KV blocks over', gpuModel('a', `${at}, prefill: {}, decode: {}`), host('h')],
    [
      'models[0].placement.hosts',
      'models[1] is placed elsewhere',
      [gpuModel('a', at), gpuModel('b')].join('\n').replaceAll('gpus: 1', 'group: g'),
      host('h'),
    ],
    [
      'models[0].placement.hosts',
      'somebody else runs',
      `  - { name: a, engine: external, addresses: ["http://10.0.0.1:1"]${at} }`,
      host('h'),
    ],
    [
      'targets.compose.hosts[0].gpus',
      'want 2 GPUs of its 1',
      gpuModel('a', `${at}, replicas: 2`),
      host('h', ', gpus: 1'),
    ],
    [
      'models[0].env[0]',
      'VLLM_API_KEY is the key of host h',
      gpuModel('a', `${at}, env: [{ name: VLLM_API_KEY, from: { env: MINE } }]`),
      host('h'),
    ],
    [
      'targets.compose.hosts[0].apiKey.file',
      'has no file keys/h',
      gpuModel('a', at),
      host('h').replace(key, 'apiKey: { file: keys/h }'),
    ],
  ])('is an error at %s: %s', (path, said, models, hosts) => {
    const errors = renderProject(fleet(models, hosts)).notes.filter(({ severity }) => severity === 'error')
    expect(errors.map((note) => note.path)).toContain(path)
    expect(errors.map(({ message }) => message).join()).toContain(said)
    for (const { suggestion } of errors) expect(suggestion).toBeTypeOf('string')
  })

  it('is a warning where it runs otherwise: a host without engines, approximate routing, metrics that ask for a key', () => {
    const models = [
      gpuModel('a', `${at}, routing: { policy: prefixExact }`),
      `  - { name: b, engine: llamacpp, source: "hf://o/m:a.gguf"${at} }`,
    ]
    const { notes } = renderProject(fleet(models.join('\n'), `${host('h')}, ${host('idle')}`))
    expect(notes.map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'targets.compose.hosts[0].apiKey'],
      ['warning', 'models[0].placement.hosts'],
      ['warning', 'targets.compose.hosts[1]'],
    ])
  })
})
