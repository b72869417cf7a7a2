import type { Fleet, TargetName } from '../../../fleet/index.ts'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { Plan } from '../../../plan/index.ts'
import { gpusAtOnce } from '../needs.ts'
import type { InstallPlan, InstallStep, Prerequisite } from './contract.ts'
import { prerequisites } from './prerequisites.ts'

/** What a plan is made of. */
export interface InstallFacts {
  readonly fleet: Fleet
  readonly target: TargetName
  readonly plan: Plan
  /** What is rendered; its kinds tell what must be served. */
  readonly objects: readonly KubernetesObject[]
}

/** API groups whose kinds tell which prerequisite brings them. */
const broughtBy: readonly (readonly [group: RegExp, id: string])[] = [
  [/^gateway\.networking\.k8s\.io\//, 'gateway-api'],
  [/^inference\.networking\.k8s\.io\//, 'inference-extension'],
  [/^llm-d\.ai\//, 'llm-d-router'],
  [/^serving\.kserve\.io\//, 'kserve'],
  [/^leaderworkerset\.x-k8s\.io\//, 'lws'],
  [/^monitoring\.coreos\.com\//, 'prometheus'],
  [/^keda\.sh\//, 'keda'],
  [/^cert-manager\.io\//, 'cert-manager'],
]

/** What has to be installed for a Fleet, in the order in which one needs the other. Pure. */
export function planInstallation(facts: InstallFacts): InstallPlan {
  const wanted = wantedBy(facts)
  return {
    fleet: facts.fleet.name,
    target: facts.target,
    steps: inOrder(prerequisites.filter(({ id }) => wanted.has(id))).map((each) =>
      stepOf(each, wanted.get(each.id) ?? ''),
    ),
  }
}

/** Ids of what is wanted, with what wants it. */
function wantedBy({ fleet, target, plan, objects }: InstallFacts): Map<string, string> {
  const wanted = new Map<string, string>()
  const want = (id: string, because: string) => {
    if (!wanted.has(id)) wanted.set(id, because)
  }
  if (gpusAtOnce(plan) > 0) want('gpu-operator', `${gpusAtOnce(plan)} GPUs`)
  for (const { apiVersion, kind } of objects) {
    const [, id] = broughtBy.find(([group]) => group.test(apiVersion)) ?? []
    if (id !== undefined) want(id, `${kind} is rendered`)
  }
  const text = JSON.stringify(objects)
  if (text.includes('cert-manager.io/cluster-issuer')) want('cert-manager', 'an Ingress or Gateway names an issuer')
  if (objects.some(({ kind }) => kind === 'Gateway'))
    want('envoy-gateway', 'a Gateway is rendered, which a controller has to make')
  for (const object of objects) {
    if (object.kind !== 'HorizontalPodAutoscaler') continue
    const said = JSON.stringify(object)
    if (/"type":"(?:Pods|Object|External)"/.test(said))
      want('prometheus-adapter', 'an autoscaler asks for metrics of Prometheus')
    if (/"type":"(?:Container)?Resource"/.test(said)) want('metrics-server', 'an autoscaler asks for CPU or memory')
  }
  if (wanted.has('prometheus-adapter') || wanted.has('keda')) want('prometheus', 'autoscalers ask it')
  if (target === 'kserve') {
    want('cert-manager', 'KServe’s webhooks need certificates')
    if (fleet.targets.kserve.mode === 'Knative' && objects.some(({ kind }) => kind === 'InferenceService'))
      want('knative', 'targets.kserve.mode is Knative')
    if (objects.some(({ kind }) => kind === 'LLMInferenceService')) {
      for (const id of ['gateway-api', 'inference-extension', 'lws']) want(id, 'LLMInferenceService builds on it')
    }
  }
  const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')
  if (JSON.stringify(claims).includes('ReadWriteMany') || fleet.storage.models.storageClass === 'longhorn')
    want('longhorn', 'models lie on a volume that nodes share')
  return wanted
}

/** Each after what it needs, of those that are wanted; the table’s order otherwise. */
function inOrder(chosen: readonly Prerequisite[]): Prerequisite[] {
  const done: Prerequisite[] = []
  const visit = (each: Prerequisite) => {
    if (done.includes(each)) return
    for (const id of each.after) {
      const before = chosen.find((other) => other.id === id)
      if (before !== undefined) visit(before)
    }
    done.push(each)
  }
  for (const each of chosen) visit(each)
  return done
}

function stepOf(each: Prerequisite, because: string): InstallStep {
  const { id, title, version, chartVersion = version, why, source, notes = [] } = each
  const fill = (command: string) => command.replaceAll('{version}', version).replaceAll('{chartVersion}', chartVersion)
  return {
    id,
    title,
    version,
    why,
    because,
    source,
    install: each.install.map(fill),
    wait: each.wait.map(fill),
    uninstall: each.uninstall.map(fill),
    notes,
  }
}
