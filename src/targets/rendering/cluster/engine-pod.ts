import type { Container, PodSpec, Volume, VolumeMount } from '../../../kubernetes/index.ts'
import type { Comment } from '../artifact.ts'
import type { EngineService } from '../engine-service.ts'
import type { ClusterContext } from './context.ts'
import { enginePart } from './context.ts'
import { commentsAt, type Commented } from './commented.ts'
import { envVars, literal } from './container-environment.ts'
import { portName, probesAt } from './container-probes.ts'
import { containerSecurityContext, engineSecurity, podSecurityContext } from './container-security.ts'
import { gpuRequest, gpusOfPod, type GpuRequest } from './gpu-request.ts'
import { kvVolume } from './kv-volume.ts'
import { modelCacheOf } from './model-cache.ts'
import { modelVolumes } from './model-volumes.ts'
import { placementOf } from './placement.ts'
import { byteQuantity, cpuQuantity, roughBytes } from './quantities.ts'
import { resourcesSaid } from './resources-said.ts'
import { templateVolume } from './templates.ts'

/**
 * Seconds between a pod’s removal from its Service and the engine’s order to stop: as long as gateways may still hold its
 * address, which they look up every 2 s, and DNS servers keep for 5 s.
 */
const stopAfterSeconds = 10

/** How the container names the pod’s claim of GPUs. */
const gpuClaim = 'gpus'

/** What a machine’s part of a replica differs in. */
export interface EnginePodOptions {
  /** The command in place of the service’s own. */
  readonly command?: readonly string[]
  /** Whether clients call it; a part that only computes has no port and no probe. */
  readonly serves?: boolean
}

/** The pod of a kind of replica, or of one machine’s part of it. */
export function enginePod(
  service: EngineService,
  context: ClusterContext,
  { command = service.command.map(literal), serves = true }: EnginePodOptions = {},
): Commented<PodSpec> {
  const { fleet, names, selector, runtimeClass } = context
  const security = engineSecurity(service)
  const gpu = gpuRequest(service, names)
  const placement = placementOf(service, selector(enginePart(service)))
  const models = modelVolumes(service, context)
  const scratch = scratchVolumes(service)
  const template = templateVolume(service, context)
  const kv = kvVolume(service)
  const cache = modelCacheOf(service, context)
  const container: Container = {
    name: 'engine',
    image: service.image,
    imagePullPolicy: fleet.storage.images.pullPolicy,
    command,
    env: [
      ...(security.home === undefined ? [] : [{ name: 'HOME', value: security.home }]),
      ...envVars(service.environment, names.secrets),
    ],
    ...(serves
      ? {
          ports: service.ports.map(({ name, port }) => ({ name: portName(name), containerPort: port })),
          ...probesAt(service.probes, 'http'),
          lifecycle: { preStop: { sleep: { seconds: stopAfterSeconds } } },
        }
      : {}),
    resources: resourcesOf(service, gpu),
    securityContext: containerSecurityContext(security),
    volumeMounts: [...models.mounts, ...template.mounts, ...kv.mounts, ...scratch.mounts],
  }
  const pullSecrets = fleet.storage.images.pullSecrets
  const value: PodSpec = {
    serviceAccountName: names.engines,
    automountServiceAccountToken: false,
    // Variables of the namespace’s Services: `VLLM_PORT` of a Service called `vllm` stops vLLM at its start (vllm/envs.py).
    enableServiceLinks: false,
    terminationGracePeriodSeconds: service.graceSeconds,
    ...(runtimeClass === undefined || gpusOfPod(service) === 0 ? {} : { runtimeClassName: runtimeClass }),
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...placement.value,
    securityContext: podSecurityContext(security, cache?.kind === 'claim' && cache.isOurs),
    ...(gpu.claimTemplate === undefined
      ? {}
      : { resourceClaims: [{ name: gpuClaim, resourceClaimTemplateName: gpu.claimTemplate }] }),
    ...(models.initContainers.length === 0 ? {} : { initContainers: models.initContainers }),
    containers: [container],
    volumes: [...models.volumes, ...template.volumes, ...kv.volumes, ...scratch.volumes],
  }
  const comments: Comment[] = [
    {
      path: ['enableServiceLinks'],
      text: 'Variables named after Services would change engines: vLLM reads VLLM_PORT, which a Service called vllm sets.',
    },
    ...placement.comments,
    ...(security.whyLess === undefined ? [] : [{ path: ['securityContext'], text: security.whyLess }]),
    ...models.comments,
    ...commentsAt(['containers', 0], containerComments(container, service)),
  ]
  return { value, comments }
}

function containerComments(container: Container, { probes, model }: EngineService): Comment[] {
  const { startup } = probes
  const limits = container.resources?.limits ?? {}
  return [
    ...(container.startupProbe === undefined
      ? []
      : [
          {
            path: ['startupProbe'],
            text: `Up to ${Math.round((startup.intervalSeconds * startup.failures) / 60)} minutes to load (models[].startupBudget); the other probes begin after it.`,
          },
          {
            path: ['livenessProbe'],
            text: 'Slow to judge: a restart costs the whole load of the model, and a busy engine is not a dead one.',
          },
          {
            path: ['lifecycle'],
            text: 'Gateways still call a pod for some seconds after it left the Service; only then it is told to stop.',
          },
        ]),
    ...(limits['memory'] !== undefined || model.engine === 'simulated'
      ? []
      : [
          {
            path: ['resources'],
            text: 'No memory limit unless the Fleet says one (resources.memory): loading takes more for a moment, and a kill costs the whole load.',
          },
        ]),
  ]
}

/** What the container asks of its host; figures of the Fleet go before those of sizing. */
function resourcesOf(service: EngineService, gpu: GpuRequest): Container['resources'] {
  const { cpu, cpuLimit, memory, memoryRequest, disk } = resourcesSaid(service)
  const host = hostOf(service)
  const cpus = cpu ?? host?.cpus
  const bytes = memoryRequest ?? memory
  const memoryAsked =
    bytes === undefined ? (host === undefined ? undefined : roughBytes(host.memoryBytes)) : byteQuantity(bytes)
  const requests = {
    ...(cpus === undefined ? {} : { cpu: cpuQuantity(cpus) }),
    ...(memoryAsked === undefined ? {} : { memory: memoryAsked }),
    ...(disk === undefined ? {} : { 'ephemeral-storage': byteQuantity(disk) }),
    ...gpu.resources,
  }
  const limits = {
    ...(cpuLimit === undefined ? {} : { cpu: cpuQuantity(cpuLimit) }),
    ...(memory === undefined ? {} : { memory: byteQuantity(memory) }),
    ...gpu.resources,
  }
  return {
    ...(Object.keys(requests).length === 0 ? {} : { requests }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(gpu.claimTemplate === undefined ? {} : { claims: [{ name: gpuClaim }] }),
  }
}

/** What sizing says of the host; nothing where it had no GPU to size for and so knows no figure. */
function hostOf({ pool }: EngineService): EngineService['pool']['host'] {
  return Number.isFinite(pool.host?.memoryBytes) && Number.isFinite(pool.host?.cpus) ? pool.host : undefined
}

/** Folders that go with the pod: shared memory for processes that talk to each other, and what is written at run time. */
function scratchVolumes(service: EngineService): { volumes: Volume[]; mounts: VolumeMount[] } {
  const { home } = engineSecurity(service)
  const shared = resourcesSaid(service).sharedMemory ?? hostOf(service)?.sharedMemoryBytes
  const folders = [
    ...(shared === undefined || service.model.engine === 'simulated'
      ? []
      : [{ name: 'shm', path: '/dev/shm', source: { medium: 'Memory', sizeLimit: byteQuantity(shared) } }]),
    { name: 'tmp', path: '/tmp', source: {} },
    ...(home === undefined ? [] : [{ name: 'home', path: home, source: {} }]),
  ]
  return {
    volumes: folders.map(({ name, source }) => ({ name, emptyDir: source })),
    mounts: folders.map(({ name, path }) => ({ name, mountPath: path })),
  }
}
