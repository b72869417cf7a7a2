import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, it } from 'vitest'
import { isObject, textOf } from '../../src/targets/index.ts'
import { exampleFleets, renderExample } from './harness/examples.ts'

const program = process.env['FAIRLEAD_TEST_KUBE_SCORE']
const missing = process.env['FAIRLEAD_TEST_KUBE_SCORE_MISSING'] ?? 'not started by `npm run test:cluster`'
beforeEach(({ skip }) => {
  if (program === undefined) skip(missing)
})

/** Advice that is not taken, by check and component, with why. */
const declined: Readonly<Record<string, string>> = {
  'container-ephemeral-storage-request-and-limit download': 'It writes to the models’ volume, and small files beside.',
  'container-ephemeral-storage-request-and-limit engine':
    'The Fleet says it (resources.disk); a limit that nobody chose evicts pods while they fetch weights.',
  'container-ephemeral-storage-request-and-limit gateway': 'It writes nothing beyond its small state folder.',
  'container-ephemeral-storage-request-and-limit redis': 'It writes nothing but its own volume.',
  'container-image-pull-policy download':
    'Tags are of releases, which do not move; storage.images.pullPolicy says otherwise.',
  'container-image-pull-policy engine':
    'Tags are of releases, which do not move; storage.images.pullPolicy says otherwise.',
  'container-image-pull-policy gateway':
    'Tags are of releases, which do not move; storage.images.pullPolicy says otherwise.',
  'container-image-pull-policy redis':
    'Tags are of releases, which do not move; storage.images.pullPolicy says otherwise.',
  'container-resources download': 'It checks digests as fast as there are cores free, once.',
  'container-resources engine':
    'CPU limits throttle the thread that feeds the GPU, and a memory limit is the Fleet’s to say: loading weights fills the page cache.',
  'container-resources gateway': 'A CPU limit shows as latency of every stream; gateway.resources.cpuLimit sets one.',
  'container-resources redis': 'A CPU limit shows as latency of every request.',
  'container-security-context-readonlyrootfilesystem download': 'It runs in the engine’s image; see there.',
  'container-security-context-readonlyrootfilesystem engine':
    'Images of vLLM and SGLang write compiled kernels and caches below the home folder, in places that change by version.',
  'container-security-context-user-group-id download': 'Files must be the engine’s, whose user it has.',
  'container-security-context-user-group-id engine': 'Images of vLLM and SGLang are made for root.',
  'container-security-context-user-group-id redis': 'The image of Redis has its own user, 999.',
  'deployment-has-host-podantiaffinity engine': 'GPUs say where replicas go; placement.spread keeps them apart.',
  'deployment-has-host-podantiaffinity gateway': 'topologySpreadConstraints do it, which kube-score does not read.',
  'deployment-replicas engine': 'How many replicas a model is worth is the Fleet’s to say: each takes GPUs.',
  'deployment-replicas gateway': 'gateway.replicas says it; one is what a workstation has.',
  'deployment-strategy engine': 'A model’s own volume attaches to one node, so the old pod goes first.',
  'pod-probes-identical engine':
    'Engines have one endpoint for both, and liveness is asked six times before it counts, readiness three.',
  'pod-probes-identical redis': 'Liveness is asked six times before it counts, readiness three.',
  'statefulset-has-servicename redis':
    'One pod, reached by a Service with an address of its own, which stays when the pod is replaced.',
}

/** The grade of advice that is taken: 10 is all right. */
const allRight = 10

interface Scored {
  readonly object_name: string
  readonly object_meta: { readonly labels?: Readonly<Record<string, string>> }
  readonly checks: readonly {
    readonly check: { readonly id: string }
    readonly grade: number
    readonly skipped: boolean
    readonly comments: readonly { readonly summary: string }[] | null
  }[]
}

// proves B6 (real part)
describe('kube-score', () => {
  const used = new Set<string>()

  it.each(exampleFleets)('has no advice but what is declined with a reason: %s', (_, text) => {
    const stream = renderExample(text).artifacts.filter(isObject).map(textOf).join('---\n')
    const options = { input: stream, encoding: 'utf8' as const, maxBuffer: 64 * 1024 ** 2 }
    const args = ['score', '--kubernetes-version', 'v1.33', '--output-format', 'json', '-']
    const { stdout } = spawnSync(program ?? '', args, options)
    expect(stdout).not.toBe('')
    const advice = (JSON.parse(stdout) as Scored[]).flatMap(({ object_name, object_meta, checks }) =>
      checks
        .filter(({ grade, skipped }) => !skipped && grade < allRight)
        .map(({ check, comments }) => ({
          of: `${check.id} ${object_meta.labels?.['app.kubernetes.io/component'] ?? ''}`,
          what: `${object_name}: ${comments?.[0]?.summary ?? ''}`,
        })),
    )
    for (const { of } of advice) used.add(of)
    expect(advice.filter(({ of }) => declined[of] === undefined)).toEqual([])
  })

  it('gives all the advice that is declined', () => {
    expect(Object.keys(declined).filter((of) => !used.has(of))).toEqual([])
  })
})
