import type { Deployment, KubernetesObject, LeaderWorkerSet, PodSpec } from '../../../kubernetes/index.ts'
import type { ClusterContext } from '../../rendering/cluster/index.ts'
import type { Comment, EngineService, ObjectArtifact } from '../../rendering/index.ts'
import { poolLabel, type ModelPool } from '../pools/index.ts'
import { podAddress } from './member.ts'
import { withSidecar } from './sidecar.ts'

/** What llm-d calls the roles of pods (llm-d-router, docs/disaggregation.md). */
const roles = { both: 'prefill-decode', prefill: 'prefill', decode: 'decode' } as const

/** A workload whose pods are members of their model’s pool; of several machines, the one that serves. */
export function withMembership(
  artifact: ObjectArtifact,
  context: ClusterContext & { readonly pools: readonly ModelPool[] },
): ObjectArtifact {
  const { engines, names, pools } = context
  const { object } = artifact
  const service = engines.find((each) => names.workload(each) === object.metadata.name)
  const pool = pools.find(({ modelLabel }) => modelLabel === service?.modelLabel)
  if (service === undefined || pool === undefined) return artifact
  const member = { service, pool, context }
  if (isDeployment(object) && object.spec !== undefined) {
    const template = templateOf(object.spec.template, member)
    const changed: Deployment = { ...object, spec: { ...object.spec, template } }
    return { ...artifact, object: changed, ...commented(artifact, ['spec', 'template'], template, service) }
  }
  const group = isGroup(object) ? object.spec?.leaderWorkerTemplate : undefined
  if (!isGroup(object) || object.spec === undefined || group?.leaderTemplate === undefined) return artifact
  const leaderTemplate = templateOf(group.leaderTemplate, member)
  const changed: LeaderWorkerSet = {
    ...object,
    spec: { ...object.spec, leaderWorkerTemplate: { ...group, leaderTemplate } },
  }
  const path = ['spec', 'leaderWorkerTemplate', 'leaderTemplate']
  return { ...artifact, object: changed, ...commented(artifact, path, leaderTemplate, service) }
}

const isDeployment = (object: KubernetesObject): object is Deployment => object.kind === 'Deployment'
const isGroup = (object: KubernetesObject): object is LeaderWorkerSet => object.kind === 'LeaderWorkerSet'

type Template = NonNullable<Deployment['spec']>['template']

interface Member {
  readonly service: EngineService
  readonly pool: ModelPool
  readonly context: ClusterContext
}

function templateOf<T extends Template>(template: T, { service, pool, context }: Member): T {
  const { role, model } = service
  const labels = {
    ...template.metadata?.labels,
    [poolLabel]: pool.name,
    'llm-d.ai/role': roles[role],
    'llm-d.ai/engine-type': model.engine === 'sglang' ? 'sglang' : 'vllm',
  }
  if (template.spec === undefined) return template
  const spec = withAddress(template.spec)
  return {
    ...template,
    metadata: { ...template.metadata, labels },
    spec: role === 'decode' ? withSidecar(spec, pool.name, context) : spec,
  }
}

/** The one variable that the kubelet is to put into the command; all other text stays as it is written. */
const withAddress = (pod: PodSpec): PodSpec => ({
  ...pod,
  containers: pod.containers.map((container) => ({
    ...container,
    command: container.command?.map((word) => word.replaceAll(`kv@$${podAddress}`, () => `kv@${podAddress}`)),
  })),
})

/** Why the pod is as it is, where llm-d is the reason. */
function commented(
  { comments = [] }: ObjectArtifact,
  path: Comment['path'],
  template: Template,
  service: EngineService,
): { readonly comments: Comment[] } {
  const place = template.spec?.initContainers?.length ?? 0
  return {
    comments: [
      ...comments,
      {
        path: [...path, 'metadata', 'labels', 'llm-d.ai/role'],
        text: 'By this the picker knows which part of a request the pod may get.',
      },
      ...(service.role === 'decode'
        ? [
            {
              path: [...path, 'spec', 'initContainers', place - 1],
              text: 'Has the prefill replica that the picker chose compute the prompt, then the engine beside it fetch the blocks. It calls members of the pool only, for which it alone has a token.',
            },
          ]
        : []),
    ],
  }
}
