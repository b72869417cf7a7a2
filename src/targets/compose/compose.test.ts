import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { lint } from '../../lint/index.ts'
import { commandGroups, commands } from '../../cli/commands/index.ts'
import { parseCommandLine } from '../../cli/parse/index.ts'
import { schemaProblems } from './testing/compose-schema.ts'
import { referenceProblems } from './testing/reference-problems.ts'
import { renderProject, type RenderedProject } from './testing/render.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const fleetsIn = (path: string) =>
  readdirSync(folder(path))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, text: readFileSync(folder(`${path}/${name}`), 'utf8') }))

const ours = fleetsIn('testing/fleets')
const examples = [...fleetsIn('../../../examples'), ...fleetsIn('../../../examples/presets')]
const all = [...ours, ...examples]

/** Everything that is written, less what other tests hold: dashboards and rules. */
const golden = ({ files }: RenderedProject) =>
  files
    .filter(({ path }) => !/^grafana\/dashboards|rules\.yaml$/.test(path))
    .map(({ path, text }) => `--- ${path}\n${text}`)
    .join('\n')

/** The Compose files of every host. */
const composeFiles = ({ files }: RenderedProject) => files.filter(({ path }) => /(^|\/)compose\.yaml$/.test(path))

// proves B2 (real part)
describe('the project of a Fleet', () => {
  // After a change that is meant: npx vitest run src/targets/compose -u, and read the difference.
  it.each(ours)('is as it was reviewed: $name', async ({ name, text }) => {
    await expect(golden(renderProject(text))).toMatchFileSnapshot(folder(`testing/golden/${name}.txt`))
  })

  it.each(all)('is what the Compose specification takes, with names that lead somewhere: $name', ({ text }) => {
    for (const gateway of [true, false]) {
      for (const { text: written } of composeFiles(renderProject(text, { gateway }))) {
        expect(schemaProblems(written)).toEqual([])
        expect(referenceProblems(written)).toEqual([])
      }
    }
  })

  it.each(all)('has nothing that our own linter knows to be wrong: $name', ({ text }) => {
    const { files } = renderProject(text)
    const { findings } = lint(files.map((file) => ({ path: file.path, content: file.text })))
    expect(findings.map(({ rule, file, line, message }) => `${file}:${line} ${rule}: ${message}`)).toEqual([])
  })

  it.each(examples)('can be expressed: $name', ({ text }) => {
    expect(renderProject(text).notes.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each(all)('runs commands of ours that this version takes: $name', ({ text }) => {
    const services = composeFiles(renderProject(text)).flatMap((file) =>
      Object.values<{ entrypoint?: string[]; command?: string[]; healthcheck?: { test: string[] } }>(
        parse(file.text).services,
      ),
    )
    for (const service of services) {
      const { entrypoint = [], command = [], healthcheck } = service
      const lines = [[...entrypoint, ...command], healthcheck?.test.slice(1) ?? []]
      for (const [program, ...words] of lines) {
        // The servers that `fairlead engine` becomes read their own flags.
        if (program !== 'fairlead' || words[0] === 'engine') continue
        expect(parseCommandLine(words, commands, commandGroups).command.name).toMatch(/^(gateway|health|models pull)$/)
      }
    }
  })
})

const fleet = (models: string, rest = '') => `name: lab\nmodels:\n${models}\n${rest}`
const gpuModel = (name: string, more = '') =>
  `  - { name: ${name}, source: hf://Qwen/Qwen3-8B-AWQ, context: 8k, hardware: { gpu: l40s, gpus: 1 }${more} }`
const services = (text: string, gateway = true) =>
  parse(renderProject(text, { gateway }).textOf('compose.yaml')).services
const devices = (service: { deploy: { resources: { reservations: { devices: object[] } } } }) =>
  service.deploy.resources.reservations.devices

const member = (name: string) =>
  `  - { name: ${name}, source: hf://Qwen/Qwen3-4B, context: 8k, hardware: { gpu: l40s, group: one } }`

describe('GPUs', () => {
  it('are a number where one replica wants some, so that the project runs on any host', () => {
    expect(devices(services(fleet(gpuModel('a')))['a'])).toMatchObject([{ count: 1 }])
  })

  it('are told by index where several want some: Docker gives the first ones to all who ask for a number', () => {
    const found = services(fleet([gpuModel('a', ', replicas: 2'), gpuModel('b')].join('\n')))
    expect(['a-0', 'a-1', 'b'].map((name) => devices(found[name]))).toMatchObject([
      [{ device_ids: ['0'] }],
      [{ device_ids: ['1'] }],
      [{ device_ids: ['2'] }],
    ])
    expect(found['a-1'].networks.engines.aliases).toEqual(['a'])
  })

  it('are the same for models of one group', () => {
    const found = services(fleet([gpuModel('first'), member('a'), member('b')].join('\n')))
    expect(['first', 'a', 'b'].map((name) => devices(found[name]))).toMatchObject([
      [{ device_ids: ['0'] }],
      [{ device_ids: ['1'] }],
      [{ device_ids: ['1'] }],
    ])
  })
})

describe('the way in', () => {
  const models = '  - { name: a, engine: simulated }'
  it.each([
    ['127.0.0.1:8080', '127.0.0.1:8080:8080'],
    ['0.0.0.0:80', '80:8080'],
    ['[::1]:9000', '[::1]:9000:8080'],
    ['localhost:0', '127.0.0.1::8080'],
  ])('is the Fleet’s address as one of the host: %s', (listen, port) => {
    const keys = 'access: { keysFile: keys.txt }\n'
    expect(services(fleet(models, `gateway: { listen: '${listen}' }\n${keys}`))['gateway'].ports).toEqual([port])
  })

  it('needs no key where the Fleet has none and only the host reaches it, and says so of a network that it joins', () => {
    const open = renderProject(fleet(models, 'targets: { compose: { network: edge } }\n'))
    expect(parse(open.textOf('compose.yaml')).services.gateway.environment).toEqual({
      FAIRLEAD_ACCESS_ANONYMOUS: 'true',
    })
    expect(open.notes.map(({ path }) => path)).toEqual(['targets.compose.network'])
  })

  it('is each engine’s own, on loopback, where there is no gateway', () => {
    const two = fleet(`${models}\n  - { name: b, engine: simulated, replicas: 2 }\n  - { name: c, engine: simulated }`)
    const found = services(two, false)
    expect(Object.keys(found)).toEqual(['a', 'b', 'c'])
    expect(['a', 'b', 'c'].map((name) => found[name].ports)).toEqual([
      ['127.0.0.1:8000:8000'],
      ['127.0.0.1:8001-8002:8000'],
      ['127.0.0.1:8003:8000'],
    ])
  })
})

describe('secrets', () => {
  it('are never in the file: a variable by its name, a file by its path', () => {
    const { text = '' } = ours.find(({ name }) => name === 'bundle.yaml') ?? {}
    const { services: found, secrets } = parse(renderProject(text).textOf('compose.yaml'))
    expect(found.llm.environment['ONE_KEY']).toBe('${ONE_KEY:?set ONE_KEY in .env}')
    expect(found.llm.secrets).toContainEqual({
      source: 'secrets-keys-two',
      target: '/var/run/secrets/fairlead/keys/two',
    })
    expect(secrets['secrets-keys-two']).toEqual({ file: './secrets/keys/two' })
    expect(secrets['srv-keys-three']).toEqual({ file: '/srv/keys/three' })
  })

  it('keep a $ of a plain value what it is', () => {
    const { text = '' } = ours.find(({ name }) => name === 'files.yaml') ?? {}
    expect(services(text)['local'].environment['PROMPT']).toBe('costs $$5 and $${NOTHING}')
  })

  it('leave the small set startable: what profiles need is asked for in files of their own', () => {
    const { text = '' } = ours.find(({ name }) => name === 'bundle.yaml') ?? {}
    const found: Record<string, { profiles?: string[] }> = services(text)
    const apart = Object.values(found).filter(({ profiles }) => profiles !== undefined)
    expect(apart.length).toBeGreaterThan(6)
    expect(JSON.stringify(apart)).not.toContain(':?')
  })
})

describe('what Compose cannot express', () => {
  it.each([
    ['models[0].parallelism.nodes', gpuModel('a', ', parallelism: { nodes: 2, tensor: 2 }').replace(', gpus: 1', '')],
    ['models[0].placement.hosts', gpuModel('a', ', placement: { hosts: [one] }')],
    ['models[0].hardware.sharing', gpuModel('a').replace('gpus: 1', 'gpus: 1, sharing: mig, migProfile: 1g.10gb')],
    ['models[0].source', '  - { name: a, engine: llamacpp, source: s3://bucket/model.gguf }'],
    ['models[0].source', '  - { name: a, engine: vllm, source: pvc://claim/model }'],
    [
      'models[0].adapters[1].source',
      gpuModel('a', ', adapters: [{ name: b, source: hf://o/b }, { name: c, source: s3://x/c }]'),
    ],
    ['models[0].chat.templateFile', gpuModel('a', ', chat: { templateFile: chat.jinja }')],
    ['models[0].env[0].from', gpuModel('a', ', env: [{ name: KEY, from: { file: /srv/key } }]')],
    ['models[0].addresses', '  - { name: a, engine: external, addresses: ["http://127.0.0.1:8000"] }'],
  ])('is an error at %s, with what works in its place', (path, model) => {
    const errors = renderProject(fleet(model)).notes.filter(({ severity }) => severity === 'error')
    expect(errors.map((note) => note.path)).toEqual([path])
    expect(errors[0]?.message).toContain('target compose')
    expect(errors[0]?.suggestion).toBeTypeOf('string')
  })

  it('is a warning where it does something else: replicas that come and go, several gateways', () => {
    const text = fleet(gpuModel('a', ', minReplicas: 1, maxReplicas: 3'), 'gateway: { replicas: 2 }\n')
    expect(renderProject(text).notes.map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'models[0].maxReplicas'],
      ['warning', 'gateway.replicas'],
    ])
  })
})
