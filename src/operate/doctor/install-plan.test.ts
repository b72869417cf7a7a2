import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet, type TargetName } from '../../fleet/index.ts'
import type { KubernetesObject } from '../../kubernetes/index.ts'
import { makePlan } from '../../plan/index.ts'
import { findRenderer, isObject } from '../../targets/index.ts'
import { planInstallation, prerequisites } from './install-plan/index.ts'

const clusters: readonly TargetName[] = ['kubernetes', 'kserve', 'llmd']

function facts(text: string, target: TargetName) {
  const { fleet, diagnostics } = loadFleet(Buffer.from(text), {
    file: 'f',
    environment: {},
    purpose: target === 'local' ? 'run' : target,
  })
  if (fleet === undefined) throw new Error(diagnostics[0]?.message)
  const plan = makePlan(
    requireFleet(loadFleet(Buffer.from(text), { file: 'f', environment: {}, purpose: 'plan' }), { colour: false }),
    { target },
  )
  const rendering = findRenderer(target)?.render(plan, {
    version: '0.1.0',
    fleetText: text,
    overrides: {},
    gateway: true,
  })
  const objects: KubernetesObject[] = (rendering?.artifacts ?? []).filter(isObject).map(({ object }) => object)
  return { fleet: plan.fleet, target, plan, objects }
}
const ids = (text: string, target: TargetName) => planInstallation(facts(text, target)).steps.map(({ id }) => id)

const model = (more = '') => `
name: lab
models: [{ name: llama, source: "hf://meta-llama/Llama-3.1-8B-Instruct", engine: vllm, context: 8k, hardware: { gpu: l40s }${more} }]
`

const scaled = `${model(', maxReplicas: 4')}storage: { models: { kind: hostPath } }\n`

/** Versions of the definitions that rendered objects are held to. */
const definitions = new Map(
  (JSON.parse(readFileSync('test/cluster/crds/sources.json', 'utf8')) as { name: string; version: string }[]).map(
    ({ name, version }) => [name, version],
  ),
)

// proves B9 (real part)
describe('what has to be installed before a Fleet', () => {
  it.each([
    ['gateway-api', 'gateway-api-standard'],
    ['inference-extension', 'gateway-api-inference-extension'],
    ['llm-d-router', 'llm-d-router'],
    ['kserve', 'kserve'],
    ['lws', 'lws'],
    ['keda', 'keda'],
    ['cert-manager', 'cert-manager'],
  ])('has %s in the version whose definitions the rendering is held to', (id, name) => {
    expect(prerequisites.find((each) => each.id === id)?.version).toBe(definitions.get(name))
  })

  it('has llm-d’s router in the version of the images that are rendered', () => {
    const text = JSON.stringify(facts(model(), 'llmd').objects)
    const version = prerequisites.find(({ id }) => id === 'llm-d-router')?.version ?? ''
    expect(text).toContain(`llm-d-router-endpoint-picker:${version}`)
  })

  it('asks for what the Fleet needs, and for nothing else', () => {
    expect(ids(model(), 'kubernetes')).toEqual(['gpu-operator', 'prometheus'])
    expect(
      ids(
        'name: a\nmodels: [{ name: m, engine: simulated }]\ntargets: { kubernetes: { monitoring: none } }\n',
        'kubernetes',
      ),
    ).toEqual([])
    expect(ids(`${scaled}autoscale: { by: keda }\n`, 'kubernetes')).toEqual(['gpu-operator', 'prometheus', 'keda'])
    expect(ids(`${scaled}autoscale: { by: hpa }\n`, 'kubernetes')).toEqual([
      'gpu-operator',
      'prometheus',
      'prometheus-adapter',
    ])
    expect(ids(`${model()}storage: { models: { kind: sharedClaim } }\n`, 'kubernetes')).toContain('longhorn')
    expect(ids(model(), 'llmd')).toEqual(expect.arrayContaining(['inference-extension']))
    expect(ids(model(), 'kserve')).toEqual(expect.arrayContaining(['cert-manager', 'kserve']))
    expect(ids(`${model()}targets: { kserve: { mode: Knative } }\n`, 'kserve')).toContain('knative')
  })

  it('puts each after what it needs', () => {
    for (const target of clusters) {
      const steps = ids(
        `${model(', maxReplicas: 4')}autoscale: { by: ${target === 'llmd' ? 'none' : 'keda'} }\n`,
        target,
      )
      for (const [at, id] of steps.entries()) {
        const { after = [] } = prerequisites.find((each) => each.id === id) ?? {}
        expect(after.filter((before) => steps.indexOf(before) > at)).toEqual([])
      }
    }
  })

  it('leaves no place open in a command, and pins what it installs', () => {
    for (const target of clusters) {
      for (const { install, wait, uninstall, version } of planInstallation(facts(model(), target)).steps) {
        expect([...install, ...wait, ...uninstall].join('\n')).not.toMatch(/\{(?:version|chartVersion)\}/)
        expect(version).toMatch(/^v?\d+\.\d+\.\d+$/)
        expect(wait.length * uninstall.length).toBeGreaterThan(0)
      }
    }
  })

  it('knows what brings each kind of every example', () => {
    const own = /^(?:v1|[a-z]+\/v\d\w*|[\w.]+\.k8s\.io\/v\d\w*)$/
    const missing = new Set<string>()
    for (const file of readdirSync('examples').filter((name) => name.endsWith('.yaml'))) {
      for (const target of clusters) {
        let made: ReturnType<typeof facts>
        try {
          made = facts(readFileSync(`examples/${file}`, 'utf8'), target)
        } catch {
          continue // What a target refuses, it says itself.
        }
        const brought = planInstallation(made).steps.flatMap(
          ({ id }) => prerequisites.find((each) => each.id === id)?.kinds ?? [],
        )
        const groups = new Set(brought.map((kind) => kind.split('/')[0]))
        for (const { apiVersion } of made.objects) {
          const [group = ''] = apiVersion.split('/')
          const isBuiltIn =
            own.test(apiVersion) && !/^(?:gateway\.networking|inference\.networking|leaderworkerset)/.test(apiVersion)
          if (!isBuiltIn && !groups.has(group)) missing.add(apiVersion)
        }
      }
    }
    expect([...missing]).toEqual([])
  })
})
