import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadFleet, requireFleet } from '../../../src/fleet/index.ts'
import { makePlan } from '../../../src/plan/index.ts'
import { findRenderer, type Artifact } from '../../../src/targets/index.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** A Fleet with everything that stands around workloads, which no preset has all of. */
const full = `name: full
models:
  - name: llama
    engine: vllm
    source: hf://meta-llama/Llama-3.1-8B-Instruct
    hardware: { gpu: l40s }
    minReplicas: 2
    maxReplicas: 4
    autoscale: { by: keda, ttft: 2s }
    placement:
      nodeSelector: { pool: gpu }
      tolerations: [{ key: dedicated, operator: Exists, effect: NoSchedule }]
  - name: qwen
    engine: vllm
    source: hf://Qwen/Qwen3-4B-Instruct-2507
    hardware: { gpu: l40s }
    minReplicas: 2
    maxReplicas: 4
    autoscale: { by: hpa }
storage: { state: { kind: redis }, images: { pullSecrets: [pull] } }
access: { keysFile: /etc/fairlead/keys }
gateway: { listen: '0.0.0.0:8080', replicas: 2 }
targets:
  default: kubernetes
  kubernetes: { namespace: llm, gpuQuota: 8, ingress: { kind: traefik, host: chat.example.org, clusterIssuer: letsencrypt } }
`

/** Every example and preset, and the Fleet with everything, as text by name. */
export const exampleFleets: readonly (readonly [name: string, text: string])[] = [
  ['full', full],
  ...globSync('examples/**/*.yaml', { cwd: root })
    .toSorted()
    .map((file) => [file, readFileSync(join(root, file), 'utf8')] as const),
]

/** A Fleet as artifacts for Kubernetes, with what a chart is called. */
export function renderExample(
  fleetText: string,
  target: 'kubernetes' | 'kserve' | 'llmd' = 'kubernetes',
): {
  readonly artifacts: readonly Artifact[]
  readonly fleet: string
  readonly namespace: string
} {
  const fleet = requireFleet(loadFleet(fleetText, { file: 'fleet.yaml', purpose: target }))
  const plan = makePlan(fleet, { target })
  const options = { version: '1.2.3', fleetText, overrides: {}, gateway: true, files: {} }
  const rendering = findRenderer(target)?.render(plan, options)
  return { artifacts: rendering?.artifacts ?? [], fleet: fleet.name, namespace: fleet.targets[target].namespace }
}
