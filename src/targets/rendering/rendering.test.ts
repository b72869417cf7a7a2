import { describe, expect, it } from 'vitest'
import { commandGroups, commands } from '../../cli/commands/index.ts'
import { parseCommandLine } from '../../cli/parse/index.ts'
import { fleetSchema, type FleetInput } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import {
  engineImage,
  enginePorts,
  engineServices,
  gatewayImage,
  gatewayService,
  imageAt,
  secretsFolder,
  secretsOf,
  writeYaml,
} from './index.ts'

const fleetOf = (input: Partial<FleetInput>) =>
  fleetSchema.parse({ name: 'lab', models: [{ name: 'x', engine: 'simulated' }], ...input })
const vllm = {
  name: 'llama',
  engine: 'vllm',
  source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
  hardware: { gpu: 'l40s' },
} as const
const options = { version: '1.2.3', fleetText: 'name: lab\n', overrides: {}, gateway: true }
const servicesOf = (models: FleetInput['models'], more: Partial<FleetInput> = {}) =>
  engineServices(makePlan(fleetOf({ models, ...more })), options)

describe('images', () => {
  const mirrored = fleetOf({ storage: { images: { registry: 'registry.example.org/mirror/' } } })
  it.each([
    ['docker.io/vllm/vllm-openai:v1', 'registry.example.org/mirror/vllm/vllm-openai:v1'],
    ['redis:8', 'registry.example.org/mirror/redis:8'],
    ['localhost:5000/a@sha256:0', 'registry.example.org/mirror/a@sha256:0'],
  ])('come from the registry of the Fleet: %s', (image, expected) => expect(imageAt(image, mirrored)).toBe(expected))

  it('are pinned by the digest that the Fleet says, also where a model names its own', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    const digests = { 'docker.io/vllm/vllm-openai:v0.32.0': digest, 'mine.example/engine:1': digest }
    const models = [
      vllm,
      { ...vllm, name: 'b', image: 'mine.example/engine:1' },
      { ...vllm, name: 'c', image: 'mine.example/engine:2' },
    ]
    const imagesOf = (images: object) => {
      const fleet = fleetOf({ models, storage: { images } })
      return fleet.models.map((model) => engineImage(model, 1, fleet, '1.2.3'))
    }
    expect(imagesOf({ digests })).toEqual([
      `docker.io/vllm/vllm-openai:v0.32.0@${digest}`,
      `mine.example/engine:1@${digest}`,
      'mine.example/engine:2',
    ])
    expect(imagesOf({ digests, registry: 'registry.example.org/mirror' })).toEqual([
      `registry.example.org/mirror/vllm/vllm-openai:v0.32.0@${digest}`,
      `registry.example.org/mirror/engine:1@${digest}`,
      'mine.example/engine:2',
    ])
    expect(imageAt('a/b@sha256:0', fleetOf({ storage: { images: { digests: { 'a/b@sha256:0': digest } } } }))).toBe(
      `a/b@${digest}`,
    )
  })

  it('are the engine’s release of the version that is known, or the one that the Fleet asks for', () => {
    const fleet = fleetOf({
      models: [vllm, { ...vllm, name: 'b', engineVersion: 'v0.31.0' }, { ...vllm, name: 'c', image: 'mine:1' }],
    })
    const images = fleet.models.map((model) => engineImage(model, 1, fleet, '1.2.3'))
    expect(images).toEqual(['docker.io/vllm/vllm-openai:v0.32.0', 'docker.io/vllm/vllm-openai:v0.31.0', 'mine:1'])
    expect(gatewayImage(fleet, '1.2.3')).toMatch(/:1\.2\.3$/)
  })
})

describe('an engine as a container', () => {
  it('listens where every engine of the Fleet does, on all its addresses', () => {
    const [service] = servicesOf([vllm])
    expect(service?.command.join(' ')).toContain(`--host 0.0.0.0 --port ${enginePorts.http}`)
  })

  it('publishes its KV events where the gateway routes by them', () => {
    const [service] = servicesOf([{ ...vllm, routing: { policy: 'prefixExact' } }])
    expect(service?.command.join(' ')).toContain('"endpoint":"tcp://*:5557"')
    expect(service?.ports.map(({ name }) => name)).toEqual(['http', 'kvEvents', 'kvReplay'])
  })

  it('gets the hub’s token by reference, and never in words', () => {
    const [service] = servicesOf([{ ...vllm, token: { env: 'HF_TOKEN' } }])
    expect(service?.environment).toContainEqual({ name: 'HF_TOKEN', secret: { env: 'HF_TOKEN' } })
  })

  it('has as long to load as its start-up budget', () => {
    const [service] = servicesOf([{ ...vllm, startupBudget: '20m' }])
    expect(service?.probes.startup).toMatchObject({ intervalSeconds: 10, failures: 120 })
  })

  it('is llama.cpp’s server where its image has it, and a person’s own image has it on PATH', () => {
    const llamacpp = { name: 'x', engine: 'llamacpp', source: 'hf://a/b:c.gguf' } as const
    const [official, own] = servicesOf([llamacpp, { ...llamacpp, name: 'y', image: 'mine:1' }])
    expect([official?.command[0], own?.command[0]]).toEqual(['/app/llama-server', 'llama-server'])
  })

  it('is left out where somebody else runs it', () => {
    expect(servicesOf([{ name: 'x', engine: 'external', addresses: ['http://h:1'] }])).toEqual([])
  })
})

describe('the gateway as a container', () => {
  it('finds every kind of replica by the name that the target gives it', () => {
    const plan = makePlan(fleetOf({ models: [vllm] }))
    const { files } = gatewayService(plan, engineServices(plan, options), ({ name }) => `${name}.lab.svc`, options)
    expect(files['fleet.yaml']).toBe(options.fleetText)
    expect(files['replicas.yaml']).toBe(
      writeYaml({
        version: 1,
        pools: [{ model: 'llama', role: 'both', engine: 'vllm', address: 'http://llama.lab.svc:8000', resolve: 'dns' }],
      }),
    )
  })
})

describe('the gateway’s command', () => {
  it('is one that this version takes, with listeners that others reach', () => {
    const plan = makePlan(fleetOf({ models: [vllm] }))
    const { command } = gatewayService(plan, engineServices(plan, options), ({ name }) => name, options)
    const parsed = parseCommandLine(command.slice(1), commands, commandGroups)
    expect(parsed).toMatchObject({
      command: { name: 'gateway' },
      input: { options: { host: '0.0.0.0', 'admin-host': '0.0.0.0', fleet: '/etc/fairlead/fleet.yaml' } },
    })
  })
})

describe('the secrets of a Fleet', () => {
  it('are found wherever they stand, with who reads them', () => {
    const fleet = fleetOf({
      models: [{ ...vllm, token: { env: 'HF_TOKEN' } }],
      access: { keys: [{ name: 'a', value: { secretRef: { name: 'keys', key: 'a' } } }] },
    })
    expect(secretsOf(fleet)).toEqual([
      { path: 'models[0].token', reference: { env: 'HF_TOKEN' }, readBy: 'engine' },
      { path: 'access.keys[0].value', reference: { secretRef: { name: 'keys', key: 'a' } }, readBy: 'gateway' },
    ])
    expect(secretsFolder).toMatch(/^\//)
  })
})
