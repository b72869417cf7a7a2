/**
 * NOT KServe: a stand-in for its controller, for tests, of LLMInferenceServices v1alpha2 on one machine a replica. It makes of
 * them what KServe v0.20 does, as far as Fleets use it: Deployments `<name>-kserve` and, split, `<name>-kserve-prefill`, with
 * labels of KServe alone while their pods have those of the service too; Service `<name>-kserve-workload-svc`; with a
 * scheduler, InferencePool `<name>-inference-pool`; conditions and `status.workloads`. Like KServe it says no
 * `observedGeneration`.
 *
 * What it does otherwise: presets are `llm-preset.ts`, and no other configuration is merged (`baseRefs`); `/mnt/models` is an
 * empty folder, adapters are not fetched; no scheduler pod, route or Gateway, which it takes for ready; no LeaderWorkerSet
 * (`worker`), autoscaler, TLS, tracing, or cache on disks; the sidecar hands nothing over.
 */
import type { LiveObject, LLMInferenceService, PodSpec } from '../../../../src/kubernetes/index.ts'
import { allOf, availability, stamped } from './conditions.ts'
import { behindSidecar, preset, sidecar, workloadPort } from './llm-preset.ts'
import { mergePod } from './merge-pod.ts'
import { ownedBy, type ChildObject } from './objects.ts'

type Service = LLMInferenceService & LiveObject
type Workload = Pick<
  NonNullable<LLMInferenceService['spec']>,
  'replicas' | 'scaling' | 'labels' | 'annotations' | 'template'
>

const partOf = 'llminferenceservice'
/** Names of what is made. */
const names = ({ metadata: { name } }: LiveObject) => ({
  main: `${name}-kserve`,
  prefill: `${name}-kserve-prefill`,
  service: `${name}-kserve-workload-svc`,
  pool: `${name}-inference-pool`,
})

const selectorOf = ({ metadata }: LiveObject) => ({
  'app.kubernetes.io/name': metadata.name,
  'app.kubernetes.io/part-of': partOf,
  'kserve.io/component': 'workload',
})

/** What KServe makes of an LLMInferenceService. */
export function childrenOf(service: Service): ChildObject[] {
  const { spec } = service
  const name = names(service)
  const role = spec?.prefill === undefined ? 'both' : 'decode'
  const metadata = { namespace: service.metadata.namespace ?? '', ownerReferences: [ownedBy(service)] }
  return [
    deploymentOf(service, { name: name.main, role, component: 'workload' }, spec ?? {}),
    ...(spec?.prefill === undefined
      ? []
      : [deploymentOf(service, { name: name.prefill, role: 'prefill', component: 'workload-prefill' }, spec.prefill)]),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...metadata,
        name: name.service,
        labels: {
          'app.kubernetes.io/component': `${partOf}-workload`,
          'app.kubernetes.io/name': service.metadata.name,
          'app.kubernetes.io/part-of': partOf,
          ...spec?.labels,
        },
      },
      spec: {
        selector: selectorOf(service),
        ports: [{ name: 'http', protocol: 'TCP', appProtocol: 'http', port: workloadPort, targetPort: workloadPort }],
      },
    },
    ...(spec?.router?.scheduler === undefined
      ? []
      : [
          {
            apiVersion: 'inference.networking.k8s.io/v1',
            kind: 'InferencePool',
            metadata: { ...metadata, name: name.pool, labels: selectorOf(service) },
            spec: {
              selector: { matchLabels: selectorOf(service) },
              targetPorts: [{ number: workloadPort }],
              endpointPickerRef: {
                name: `${service.metadata.name}-epp-service`,
                port: { number: 9002 },
                failureMode: 'FailOpen',
              },
            },
          },
        ]),
  ]
}

interface Part {
  readonly name: string
  readonly role: string
  readonly component: string
}

function deploymentOf(service: Service, { name, role, component }: Part, workload: Workload): ChildObject {
  const labels = {
    ...selectorOf(service),
    'app.kubernetes.io/component': `${partOf}-${component}`,
    'llm-d.ai/role': role,
  }
  const { replicas, template = { containers: [] } } = workload
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: service.metadata.namespace ?? '',
      labels,
      ownerReferences: [ownedBy(service)],
    },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...workload.labels }, annotations: { ...workload.annotations } },
        spec: podOf(service, role, template),
      },
    },
  }
}

function podOf({ metadata, spec }: Service, role: string, template: PodSpec): PodSpec {
  const hasSidecar = role === 'decode'
  const facts = {
    model: spec?.model?.name ?? metadata.name,
    namespace: metadata.namespace ?? '',
    port: hasSidecar ? behindSidecar : workloadPort,
  }
  const pod = mergePod(preset(facts), template)
  return hasSidecar ? { ...pod, initContainers: [...(pod.initContainers ?? []), sidecar] } : pod
}

/** What KServe says of an LLMInferenceService by the Deployments that it made. */
export function statusOf(service: Service, deployments: (name: string) => LiveObject | undefined): object {
  const name = names(service)
  const isSplit = service.spec?.prefill !== undefined
  const hasScheduler = service.spec?.router?.scheduler !== undefined
  const workloads = [
    availability('MainWorkloadReady', deployments(name.main)),
    ...(isSplit ? [availability('PrefillWorkloadReady', deployments(name.prefill))] : []),
  ]
  const router = hasScheduler ? [{ type: 'InferencePoolReady', status: 'True' as const }] : []
  const rolled = [allOf('WorkloadsReady', workloads), allOf('RouterReady', router)]
  const observed = (of: string) => {
    const { availableReplicas: readyReplicas = 0 } = (deployments(of)?.['status'] ?? {}) as {
      readonly availableReplicas?: number
    }
    return { apiGroup: 'apps', kind: 'Deployment', name: of, readyReplicas }
  }
  return {
    conditions: stamped(
      [
        { type: 'PresetsCombined', status: 'True' as const },
        ...workloads,
        ...router,
        ...rolled,
        allOf('Ready', rolled),
      ],
      service,
    ),
    workloads: {
      primary: observed(name.main),
      ...(isSplit ? { prefill: observed(name.prefill) } : {}),
      service: { kind: 'Service', name: name.service },
    },
    ...(hasScheduler
      ? {
          router: {
            scheduler: {
              inferencePool: { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: name.pool },
            },
          },
        }
      : {}),
  }
}
