import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadFleet, requireFleet } from '../fleet/index.ts'
import type { Gateway, KubernetesObject, NetworkPolicy, Service } from '../kubernetes/index.ts'
import { makePlan } from '../plan/index.ts'
import { kserveRenderer } from './kserve/index.ts'
import { kubernetesRenderer } from './kubernetes/index.ts'
import { llmdRenderer } from './llmd/index.ts'
import { askedConnections, matches, mayConnect, openPorts } from './testing/network/index.ts'

const renderers = { kubernetes: kubernetesRenderer, kserve: kserveRenderer, llmd: llmdRenderer }
type TargetName = keyof typeof renderers

function render(target: TargetName, fleet: object, gateway = true): KubernetesObject[] {
  const fleetText = JSON.stringify(fleet)
  const loaded = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: target }))
  const plan = makePlan(loaded, { target })
  const { artifacts } = renderers[target].render(plan, { version: '1.2.3', fleetText, overrides: {}, gateway })
  return artifacts.flatMap((artifact) => (artifact.kind === 'object' ? [artifact.object] : []))
}

const root = new URL('../../', import.meta.url)
const examples = globSync('examples/**/*.yaml', { cwd: root }).toSorted()
const shapes: readonly (readonly [shape: string, target: TargetName, settings: object])[] = [
  ['kubernetes', 'kubernetes', {}],
  ['kserve', 'kserve', {}],
  ['kserve, LLMInferenceService', 'kserve', { kind: 'LLMInferenceService' }],
  ['llmd', 'llmd', {}],
]

const ofKind = <Kind extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string) =>
  objects.filter((object): object is Kind => object.kind === kind)

// proves B4, B5, D4 (real part)
describe.each(shapes)('network policies on %s', (_shape, target, settings) => {
  it.each(examples)('%s: whatever Services, pools and monitors lead to is open', (file) => {
    const written = parse(readFileSync(new URL(file, root), 'utf8')) as object
    for (const gateway of [true, false]) {
      const objects = render(target, { ...written, targets: { [target]: settings } }, gateway)
      const asked = askedConnections(objects)
      expect(asked.length > 0 || file === 'examples/external.yaml').toBe(true)
      const closed = asked.filter(({ from, to, port }) => !mayConnect(objects, from, to, { port }))
      expect(closed.map(({ why, port }) => `${why}: ${port}`)).toEqual([])
    }
  })
})

const model = { name: 'llama', source: 'hf://meta-llama/Llama-3.1-8B-Instruct', engine: 'vllm' }
const one = { ...model, hardware: { gpu: 'l40s' } }
const exact = { ...one, routing: { policy: 'prefixExact' } }
const pool = { hardware: { gpu: 'h100', gpus: 1 } }
const split = { ...model, prefill: pool, decode: pool }
const fleetOf = (target: TargetName, models: readonly object[], settings: object = {}) => ({
  name: 'lab',
  models,
  access: { keysFile: '/etc/fairlead/keys' },
  observe: { alerts: false, dashboards: false },
  targets: { [target]: settings },
})

const ofGateway = ['lab-gateway 8080: any pod', 'lab-gateway 8081: prometheus']
const peered = (name: string, pods = 'lab-llama-prefill, lab-llama-decode') => `${name} *: ${pods}`
const gatewayApi = { mode: 'gateway', gatewayClass: 'istio' }

interface Case {
  readonly title: string
  readonly target: TargetName
  readonly models: readonly object[]
  readonly settings?: object
  readonly fields?: object
  readonly gateway?: boolean
  readonly open: readonly string[]
}

// proves B4, B5, D4 (real part)
describe('what network policies leave open, and nothing else', () => {
  const cases: readonly Case[] = [
    {
      title: 'kubernetes',
      target: 'kubernetes',
      models: [exact],
      open: [
        ...ofGateway,
        'lab-llama 5557 5558: lab-gateway',
        'lab-llama 8000: lab-gateway, prometheus',
        'internet 443: lab-gateway, lab-llama',
        'internet 6443: lab-gateway',
      ],
    },
    {
      title: 'kubernetes, prefill and decode',
      target: 'kubernetes',
      models: [split],
      open: [
        ...ofGateway,
        peered('lab-llama-prefill'),
        'lab-llama-prefill 8000: lab-gateway, prometheus',
        peered('lab-llama-decode'),
        'lab-llama-decode 8000: lab-gateway, prometheus',
        'internet 443: lab-llama-download, lab-gateway, lab-llama-prefill, lab-llama-decode',
        'internet 6443: lab-gateway',
      ],
    },
    {
      title: 'kubernetes, blocks handed over by Mooncake, which the gateway asks where',
      target: 'kubernetes',
      models: [{ ...split, routing: { disaggregation: { transfer: 'mooncake', bootstrapPort: 44_444 } } }],
      settings: { monitoring: 'none', discovery: 'dns' },
      open: [
        'lab-gateway 8080: any pod',
        peered('lab-llama-prefill'),
        'lab-llama-prefill 8000 44444: lab-gateway',
        peered('lab-llama-decode'),
        'lab-llama-decode 8000: lab-gateway',
        'internet 443: lab-llama-download, lab-llama-prefill, lab-llama-decode',
      ],
    },
    {
      title: 'kserve, mode Standard',
      target: 'kserve',
      models: [exact],
      open: [
        ...ofGateway,
        'lab-llama 5557 5558: lab-gateway',
        'lab-llama 8000: lab-gateway, prometheus',
        'internet 443: lab-llama',
      ],
    },
    {
      title: 'kserve, prefill and decode',
      target: 'kserve',
      models: [split],
      open: [
        ...ofGateway,
        peered('lab-llama-prefill'),
        'lab-llama-prefill 8000: lab-gateway, prometheus',
        peered('lab-llama-decode'),
        'lab-llama-decode 8000: lab-gateway, prometheus',
        'internet 443: lab-llama-prefill, lab-llama-decode',
      ],
    },
    {
      title: 'kserve, without the gateway',
      target: 'kserve',
      models: [exact],
      gateway: false,
      open: ['lab-llama 8000: anybody', 'internet 443: lab-llama'],
    },
    {
      title: 'kserve, mode Knative',
      target: 'kserve',
      models: [one],
      settings: { mode: 'Knative' },
      open: [
        ...ofGateway,
        'lab-llama 8000: prometheus',
        'lab-llama 8012 8112: any pod',
        'lab-llama 9090: autoscaler',
        'prometheus *: lab-gateway',
        'autoscaler *: lab-gateway',
        'KServe’s picker *: lab-gateway',
        'neighbour *: lab-gateway',
        'stranger *: lab-gateway',
        'internet 443: lab-llama',
      ],
    },
    {
      title: 'kserve, weights in a bucket that an identity of a cloud opens',
      target: 'kserve',
      models: [{ ...one, source: 'gs://weights/llama' }],
      settings: { serviceAccount: 'reader' },
      open: [
        ...ofGateway,
        'lab-llama 8000: lab-gateway, prometheus',
        'internet 443: lab-llama',
        'GKE’s metadata 988: lab-llama',
        'the node’s metadata 80: lab-llama',
      ],
    },
    {
      title: 'kserve, weights that lie there, and several gateways',
      target: 'kserve',
      models: [{ ...one, source: 'pvc://weights/llama' }],
      fields: { gateway: { replicas: 2, listen: '0.0.0.0:8080' } },
      open: ['lab-redis 6379: lab-gateway', ...ofGateway, 'lab-llama 8000: lab-gateway, prometheus'],
    },
    {
      title: 'kserve, an LLMInferenceService that KServe splits',
      target: 'kserve',
      models: [split],
      settings: { kind: 'LLMInferenceService' },
      gateway: false,
      open: [
        peered('lab-llama decode', 'lab-llama decode, lab-llama prefill'),
        'lab-llama decode 8000: anybody',
        peered('lab-llama prefill', 'lab-llama decode, lab-llama prefill'),
        'lab-llama prefill 8000: prometheus, KServe’s picker',
        'internet 443: lab-llama decode, lab-llama prefill',
        'internet 6443: lab-llama decode',
      ],
    },
    {
      title: 'llmd, standalone',
      target: 'llmd',
      models: [exact],
      open: [
        ...ofGateway,
        'lab-llama 5557: lab-llama-epp',
        'lab-llama 8000: lab-llama-epp, prometheus',
        'lab-llama-epp 8081: lab-gateway',
        'lab-llama-epp 9090: prometheus',
        'internet 443: lab-llama, lab-llama-epp',
        'internet 6443: lab-llama-epp',
      ],
    },
    {
      title: 'llmd, prefill and decode',
      target: 'llmd',
      models: [split],
      open: [
        ...ofGateway,
        peered('lab-llama-prefill'),
        'lab-llama-prefill 8000: lab-llama-epp, prometheus',
        peered('lab-llama-decode'),
        'lab-llama-decode 8000: lab-llama-epp',
        'lab-llama-decode 8200: prometheus',
        'lab-llama-epp 8081: lab-gateway',
        'lab-llama-epp 9090: prometheus',
        'internet 443: lab-llama-download, lab-llama-prefill, lab-llama-decode, lab-llama-epp',
        'internet 6443: lab-llama-decode, lab-llama-epp',
      ],
    },
    {
      title: 'llmd, without the gateway, and nobody scrapes',
      target: 'llmd',
      models: [one],
      settings: { monitoring: 'none' },
      gateway: false,
      open: [
        'lab-llama 8000: lab-llama-epp',
        'lab-llama-epp 8081: any pod',
        'internet 443: lab-llama, lab-llama-epp',
        'internet 6443: lab-llama-epp',
      ],
    },
    {
      title: 'llmd, a Gateway',
      target: 'llmd',
      models: [split],
      settings: gatewayApi,
      gateway: false,
      open: [
        peered('lab-llama-prefill'),
        'lab-llama-prefill 8000: lab-llama-epp, prometheus',
        peered('lab-llama-decode'),
        'lab-llama-decode 8000: anybody',
        'lab-llama-decode 8200: prometheus',
        'lab-llama-epp 9002: anybody',
        'lab-llama-epp 9090: prometheus',
        'internet 443: lab-llama-download, lab-llama-prefill, lab-llama-decode, lab-llama-epp',
        'internet 6443: lab-llama-decode, lab-llama-epp',
      ],
    },
  ]

  it.each(cases)('on $title', ({ target, models, settings, fields = {}, gateway = true, open }) => {
    const fleet = { ...fleetOf(target, models, settings), ...fields }
    expect(openPorts(render(target, fleet, gateway))).toEqual(open)
  })

  it.each(Object.keys(renderers) as TargetName[])('is everything on %s where the Fleet wants no policies', (target) => {
    const objects = render(target, fleetOf(target, [split], { networkPolicy: false }))
    expect(objects.map(({ kind }) => kind)).not.toContain('NetworkPolicy')
  })

  it('is the port of a directory or of who signs people in for nobody, since nothing asks them yet', () => {
    const oidc = { issuer: 'https://login.example.org:8443', audience: 'lab' }
    const fleet = { ...fleetOf('kserve', [one]), access: { keysFile: '/etc/fairlead/keys', oidc } }
    expect(JSON.stringify(ofKind(render('kserve', fleet), 'NetworkPolicy'))).not.toContain('8443')
  })
})

// Istio gives the proxies of a Gateway its labels, unless the Gateway says others.
describe.each([
  ['kubernetes', { ingress: { kind: 'gatewayApi', className: 'istio', host: 'llm.example.org' } }, true],
  ['llmd', gatewayApi, false],
] as const)('the proxies of a Gateway on %s', (target, settings, gateway) => {
  it('are no pods of the Fleet', () => {
    const objects = render(target, fleetOf(target, [one], settings), gateway)
    const [found] = ofKind<Gateway & KubernetesObject>(objects, 'Gateway')
    const labels = found?.spec.infrastructure?.labels ?? found?.metadata.labels ?? {}
    const selectors = [
      ...ofKind<Service & KubernetesObject>(objects, 'Service').map(({ spec }) => ({
        matchLabels: spec?.selector ?? {},
      })),
      ...ofKind<NetworkPolicy & KubernetesObject>(objects, 'NetworkPolicy').map(({ spec }) => spec?.podSelector ?? {}),
    ]
    expect(selectors.length).toBeGreaterThan(2)
    expect(selectors.filter((selector) => matches(selector, labels))).toEqual([])
  })
})
