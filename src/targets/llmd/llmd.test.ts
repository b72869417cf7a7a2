import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { validateObject, type KubernetesObject } from '../../kubernetes/index.ts'
import { lint } from '../../lint/index.ts'
import { goldenFleets } from './testing/golden-fleets.ts'
import { renderText } from './testing/render.ts'

const root = new URL('../../../', import.meta.url)
const examples = globSync('examples/**/*.yaml', { cwd: root }).toSorted()

/** Findings about a plan’s own figures, not about how this target writes them. */
const ofThePlan = new Set(['kv-cache-below-demand'])

/** What llm-d cannot express of an example, by the ids of the notes that say so. */
const refused: Readonly<Record<string, readonly string[]>> = {
  'examples/keys.yaml': ['engine-unknown'],
  'examples/laptop.yaml': ['engine-unknown'],
}

// proves B5 (real part)
describe.each(examples)('%s', (file) => {
  const rendered = renderText(readFileSync(new URL(file, root), 'utf8'))

  it('renders to objects that the API server’s schemas take, and tells what llm-d cannot do', () => {
    const errors = rendered.notes.filter(({ severity }) => severity === 'error').map(({ id }) => id)
    expect([...new Set(errors)]).toEqual(refused[file] ?? [])
    const problems = rendered.objects.flatMap((object) =>
      validateObject({ ...object }).map(({ path, what }) => `${object.kind} ${object.metadata.name} ${path} ${what}`),
    )
    expect(problems).toEqual([])
  })

  it('renders to nothing that our own linter would send anybody after', () => {
    const { findings } = lint([{ path: 'fleet.k8s.yaml', content: rendered.stream }])
    const told = findings.filter(({ rule }) => !ofThePlan.has(rule))
    expect(told.map(({ rule, line, message }) => `${line} ${rule} ${message}`)).toEqual([])
  })
})

const preset = (name: string) => readFileSync(new URL(`examples/presets/${name}.yaml`, root), 'utf8')
const one = (objects: readonly KubernetesObject[], kind: string, name: RegExp) =>
  objects.find((object) => object.kind === kind && name.test(object.metadata.name ?? ''))

/** A model of none to four replicas. */
const scaled = (autoscale: object) =>
  renderText(
    JSON.stringify({
      name: 'lab',
      models: [
        {
          name: 'llama',
          source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
          engine: 'vllm',
          hardware: { gpu: 'l40s' },
          minReplicas: 0,
          maxReplicas: 4,
          autoscale,
        },
      ],
    }),
  )

describe('replicas of a pool', () => {
  it('are scaled by KEDA, and never to zero, where the picker would refuse what comes', () => {
    const { objects, notes } = scaled({ by: 'keda' })
    expect(one(objects, 'ScaledObject', /llama/)).toMatchObject({ spec: { minReplicaCount: 1, maxReplicaCount: 4 } })
    expect(one(objects, 'Deployment', /llama$/)).not.toHaveProperty('spec.replicas')
    expect(notes.map(({ id }) => id)).toContain('no-zero')
  })

  it('are as many as the Fleet says where only Fairlead would scale them', () => {
    const { objects, notes } = scaled({ by: 'fairlead' })
    expect(one(objects, 'Deployment', /llama$/)).toMatchObject({ spec: { replicas: 1 } })
    expect(notes.map(({ id }) => id)).toContain('no-autoscaler')
  })
})

describe('prefill and decode', () => {
  const { objects } = renderText(preset('llama-70b-disaggregated'))

  it('are told apart by the label that the picker filters by', () => {
    const roles = ['prefill', 'decode'].map((role) => one(objects, 'Deployment', new RegExp(`${role}$`)))
    expect(roles).toMatchObject(
      ['prefill', 'decode'].map((role) => ({
        spec: { template: { metadata: { labels: { 'llm-d.ai/role': role } } } },
      })),
    )
  })

  it('meet at a sidecar, which has the port that the pool calls while the engine has another', () => {
    const decode = one(objects, 'Deployment', /decode$/)
    expect(decode).toMatchObject({
      spec: {
        template: {
          spec: {
            initContainers: [{ name: 'routing-sidecar', restartPolicy: 'Always', ports: [{ containerPort: 8000 }] }],
            containers: [{ command: expect.arrayContaining(['8200']) }],
          },
        },
      },
    })
    expect(one(objects, 'InferencePool', /./)).toMatchObject({ spec: { targetPorts: [{ number: 8000 }] } })
  })
})

const withPolicy = (policy: string) =>
  renderText(
    `name: lab\nmodels: [{ name: m, source: 'hf://owner/name', engine: vllm, routing: { policy: ${policy} } }]\n`,
  )

describe('a policy', () => {
  it('that the picker has is put in its words', () => {
    expect(withPolicy('blend').stream).toMatch(/pluginRef: no-hit-lru-scorer\n +weight: 2/)
    expect(withPolicy('random').stream).toContain('weighted-random-picker')
    expect(withPolicy('random').notes.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('that it has not is refused', () => {
    expect(withPolicy('powerOfTwo').notes).toContainEqual(
      expect.objectContaining({ severity: 'error', path: expect.stringContaining('routing.policy') }),
    )
  })
})

describe('exact routing', () => {
  const fleet =
    'name: lab\nmodels:\n  - name: m\n    source: hf://owner/name\n    engine: vllm\n    aliases: [n]\n    routing: { policy: prefixExact }\n    flow: { priorities: [{ name: batch, level: -1 }] }\n'
  const { objects, stream } = renderText(fleet)

  it('has engines publish under the topic by which the picker knows a pod', () => {
    expect(JSON.stringify(one(objects, 'Deployment', /-m$/))).toContain('kv@$(POD_IP):8000@m')
    expect(stream).toContain('prefixMatchInfoProducerName: precise-prefix-cache-producer')
  })

  it('turns aliases and priorities into llm-d’s own rules', () => {
    expect(one(objects, 'InferenceModelRewrite', /./)).toMatchObject({
      spec: { rules: [{ matches: [{ model: { value: 'n' } }], targets: [{ modelRewrite: 'm' }] }] },
    })
    expect(one(objects, 'InferenceObjective', /batch/)).toMatchObject({ spec: { priority: -1 } })
  })
})

const behindGateway = (settings: string) =>
  `name: lab\ntargets: { llmd: { mode: gateway${settings} } }\nmodels:\n  - { name: m, engine: simulated }\n`

describe('mode gateway', () => {
  it('needs a class, and has no place for Fairlead’s own gateway', () => {
    const ids = renderText(behindGateway(''))
      .notes.filter(({ severity }) => severity === 'error')
      .map(({ id }) => id)
    expect(ids).toEqual(['gateway-class-needed', 'gateway-behind-gateway'])
  })

  it('routes to the InferencePool', () => {
    const { objects, notes } = renderText(behindGateway(', gatewayClass: istio'), false)
    expect(notes.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(one(objects, 'HTTPRoute', /./)).toMatchObject({
      spec: { rules: [{ backendRefs: [{ kind: 'InferencePool', name: 'lab-m' }] }] },
    })
    expect(objects.flatMap((object) => validateObject({ ...object }))).toEqual([])
  })
})

describe('clients outside the cluster', () => {
  const withIngress = `name: lab
models: [{ name: m, engine: vllm, source: 'hf://owner/name', hardware: { gpu: l40s } }]
targets: { llmd: { serviceType: LoadBalancer, ingress: { host: llm.example.org, className: nginx, tlsSecret: own } } }`

  it('come in to Fairlead’s gateway, which asks the picker', () => {
    const { objects, notes } = renderText(withIngress)
    expect(notes.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(one(objects, 'Ingress', /./)).toMatchObject({
      spec: { rules: [{ host: 'llm.example.org', http: { paths: [{ backend: { service: { name: 'lab' } } }] } }] },
    })
    expect(one(objects, 'Service', /^lab$/)).toMatchObject({ spec: { type: 'LoadBalancer' } })
    expect(objects.flatMap((object) => validateObject({ ...object }))).toEqual([])
  })

  it('have nowhere to go without it, which is said at its line', () => {
    expect(renderText(withIngress, false).notes).toContainEqual(
      expect.objectContaining({ id: 'ingress-without-gateway', path: 'targets.llmd.ingress' }),
    )
  })
})

// Written anew by `npx vitest run src/targets/llmd --update`.
describe.each(Object.entries(goldenFleets))('the Fleet %s', (name, { fleet, gateway }) => {
  it('renders word for word as it is kept', async () => {
    const { stream, notes } = renderText(JSON.stringify(fleet), gateway)
    expect(notes.filter(({ severity }) => severity === 'error')).toEqual([])
    await expect(stream).toMatchFileSnapshot(`testing/golden/${name}.yaml`)
  })
})

it('is what docs/targets/llmd.md shows, so that the page does not go stale', () => {
  const { stream } = renderText(preset('llama-70b-disaggregated'))
  const page = readFileSync(new URL('docs/targets/llmd.md', root), 'utf8')
  const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  expect(shown.length).toBeGreaterThan(2)
  for (const block of shown) expect(stream).toContain(block)
})
