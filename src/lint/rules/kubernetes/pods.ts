import type { Container } from '../../../manifests/contract.ts'
import type { Rule } from '../../contract.ts'
import { flagOf, integerOf } from '../../subject/invocations.ts'
import type { Pod } from '../../subject/pods.ts'
import { isIncomplete } from '../../subject/incomplete.ts'
import type { Subject } from '../../subject/subject.ts'
import { isRecord, itemsOf, numberOf } from '../../subject/values.ts'
import { dockerDocs, kserveFile, kubernetesDocs, vllmFile } from '../references.ts'
import { gpuCount } from './gpus.ts'

const vllmDocker = { title: 'vLLM: Docker', url: 'https://docs.vllm.ai/en/latest/deployment/docker/' } as const

/** Pods that run an engine, whole: no template's or patch's. */
function* enginePods({ pods }: Subject): Iterable<{ pod: Pod; engine: Container }> {
  for (const pod of pods) {
    if (isIncomplete(pod.document)) continue
    const engine = pod.containers.find(
      ({ invocation, isInit }) => invocation !== undefined && invocation.engine !== 'unknown' && !isInit,
    )
    if (engine !== undefined) yield { pod, engine }
  }
}

/** Kinds whose controllers add shared memory, probes and security settings of their own. */
const completed = new Set([
  'InferenceService',
  'LLMInferenceService',
  'LLMInferenceServiceConfig',
  'ServingRuntime',
  'ClusterServingRuntime',
])

/** Sixty-four MiB is what container runtimes give (OCI default for /dev/shm). */
const smallestSharedMemory = 256 * 1024 ** 2

const sharedMemory: Rule = {
  id: 'shared-memory-missing',
  severity: 'error',
  what: 'An engine spreads over several GPUs and has 64 MiB of shared memory.',
  why: 'NCCL and vLLM’s workers talk through /dev/shm; with the 64 MiB of a container runtime they die at the start or under load.',
  since: 'always',
  mend: 'Mount an emptyDir with medium Memory on /dev/shm (Kubernetes), set shm_size or ipc: host (Compose), --shm-size or --ipc=host (docker run).',
  references: [vllmDocker, kserveFile('config/llmisvcconfig/config-llm-template.yaml')],
  *check({ manifests }) {
    for (const container of manifests.containers) {
      const { invocation, sharedMemory: shared, usesHostIpc, document } = container
      if (
        invocation === undefined ||
        invocation.engine === 'unknown' ||
        invocation.engine === 'llamacpp' ||
        usesHostIpc
      )
        continue
      if (isIncomplete(document) || container.description === 'helm-values') continue
      if (document.kind === 'LLMInferenceService' || document.kind === 'LLMInferenceServiceConfig') continue
      const tensor =
        integerOf(invocation, invocation.engine === 'sglang' ? '--tp-size' : '--tensor-parallel-size', 1) ?? 1
      const pipeline = integerOf(invocation, '--pipeline-parallel-size', 1) ?? 1
      const spread = Math.max(tensor * pipeline, invocation.engine === 'tgi' ? (gpuCount(container) ?? 1) : 1)
      if (spread < 2) continue
      if (shared === undefined) {
        yield {
          at: invocation.position,
          message: `The engine spreads over ${spread} GPUs without shared memory on /dev/shm.`,
        }
      } else if (shared.bytes !== undefined && shared.bytes < smallestSharedMemory) {
        const mebibytes = Math.round(shared.bytes / 1024 ** 2)
        yield { at: shared.position, message: `${mebibytes} MiB of shared memory are too little for ${spread} GPUs.` }
      }
    }
  },
}

const barePod: Rule = {
  id: 'bare-pod',
  severity: 'warning',
  what: 'An engine runs in a Pod without a controller.',
  why: 'Nothing starts it again when its node goes away or is drained.',
  since: 'always',
  mend: 'Use a Deployment with the same pod template.',
  references: [kubernetesDocs('concepts/workloads/pods/#working-with-pods', 'working with Pods')],
  *check(subject) {
    for (const { pod } of enginePods(subject)) {
      if (pod.document.kind === 'Pod' && pod.document.format === 'kubernetes') {
        yield { at: pod.document.at(['kind']), message: `The Pod ${pod.document.name} has no controller.` }
      }
    }
  },
}

/** Folders in which engines and Hugging Face keep downloaded models. */
const cacheFolder =
  /(\.cache\/huggingface|^\/root\/\.cache$|huggingface|hf[-_]?(home|cache)|^\/(data|models?|model-cache|weights)(\/|$)|\/models?$)/i

/** Whether something in the pod fills the folder before the engine starts, so that it is no cache of downloads. */
const isFilled = ({ containers }: Pod, name: string) =>
  containers.some(({ isInit, mounts }) => isInit && mounts.some((mount) => mount.name === name))

const ephemeralCache: Rule = {
  id: 'model-cache-emptydir',
  severity: 'warning',
  what: 'Models are cached in an emptyDir.',
  why: 'It goes with the pod: each restart on another node, each new replica downloads all weights again, and fills the node’s own disk.',
  since: 'always',
  mend: 'Mount a PersistentVolumeClaim there.',
  references: [kubernetesDocs('concepts/storage/volumes/#emptydir', 'emptyDir')],
  *check(subject) {
    for (const { pod, engine } of enginePods(subject)) {
      if (completed.has(pod.document.kind)) continue
      const mount = engine.mounts.find(({ kind, mountPath, name }) => {
        const isCache = cacheFolder.test(mountPath) || /hf-?cache|model-?(cache|store)|huggingface/.test(name)
        return kind === 'empty' && isCache && !isFilled(pod, name)
      })
      if (mount === undefined) continue
      yield { at: mount.position, message: `${mount.mountPath} is an emptyDir, which goes with the pod.` }
    }
  },
}

const memoryCache: Rule = {
  id: 'model-cache-in-memory',
  severity: 'warning',
  what: 'Models are cached in an emptyDir of medium Memory.',
  why: 'Its content counts as the pod’s memory, so the weights take the container over its limit.',
  since: 'always',
  mend: 'Mount a PersistentVolumeClaim there; medium Memory is for /dev/shm.',
  references: [kubernetesDocs('concepts/storage/volumes/#emptydir', 'emptyDir')],
  *check(subject) {
    for (const { engine } of enginePods(subject)) {
      const mount = engine.mounts.find(
        ({ kind, mountPath }) => kind === 'memory' && mountPath !== '/dev/shm' && cacheFolder.test(mountPath),
      )
      if (mount !== undefined) yield { at: mount.position, message: `${mount.mountPath} is kept in memory.` }
    }
  },
}

const sharedMemoryLimit: Rule = {
  id: 'shared-memory-exceeds-limit',
  severity: 'note',
  what: 'The emptyDir on /dev/shm may grow as large as the container’s memory limit, or larger.',
  why: 'What is in it counts against that limit: the container is killed before the volume is full.',
  since: 'always',
  mend: 'Raise the memory limit, or lower the sizeLimit.',
  references: [kubernetesDocs('concepts/storage/volumes/#emptydir', 'emptyDir')],
  *check(subject) {
    for (const { engine } of enginePods(subject)) {
      const limit = quantityBytes(engine.limits['memory']?.text)
      const { bytes, position } = engine.sharedMemory ?? {}
      if (limit === undefined || bytes === undefined || position === undefined || bytes < limit) continue
      yield { at: position, message: '/dev/shm may hold as much as the container’s whole memory limit.' }
    }
  },
}

/** Bytes of a Kubernetes quantity. */
function quantityBytes(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(text ?? '')
  if (match === null) return undefined
  const units: Record<string, number> = {
    Ki: 1024,
    Mi: 1024 ** 2,
    Gi: 1024 ** 3,
    Ti: 1024 ** 4,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
  }
  return Number(match[1]) * (units[match[2] ?? ''] ?? 1)
}

/** Seconds that a preStop hook sleeps. */
function preStopSeconds({ document, path }: Container): number {
  const hook = document.get([...path, 'lifecycle', 'preStop'])
  if (!isRecord(hook)) return 0
  const sleep = isRecord(hook['sleep']) ? numberOf(hook['sleep']['seconds']) : undefined
  if (sleep !== undefined) return sleep
  const words = isRecord(hook['exec']) ? itemsOf(hook['exec']['command']).join(' ') : ''
  return Number(/\bsleep\s+(\d+)/.exec(words)?.[1] ?? 0)
}

const graceBelowDrain: Rule = {
  id: 'grace-period-below-drain',
  severity: 'error',
  what: 'The pod’s grace period ends before its preStop hook and the engine’s own drain do.',
  why: 'The kubelet kills the container in the middle: running answers are cut off.',
  since: 'always',
  mend: 'Set terminationGracePeriodSeconds to more than the preStop sleep plus --shutdown-timeout.',
  references: [kubernetesDocs('concepts/workloads/pods/pod-lifecycle/#pod-termination', 'termination of Pods')],
  *check(subject) {
    for (const { pod, engine } of enginePods(subject)) {
      if (isTimedByKnative(pod)) continue
      const grace = numberOf(pod.spec['terminationGracePeriodSeconds']) ?? 30
      const { invocation } = engine
      const shutdown = invocation === undefined ? 0 : (integerOf(invocation, '--shutdown-timeout', 0) ?? 0)
      const needed = preStopSeconds(engine) + shutdown
      if (needed === 0 || needed < grace) continue
      const isSet = pod.spec['terminationGracePeriodSeconds'] !== undefined
      yield {
        at: pod.document.at(isSet ? [...pod.path, 'terminationGracePeriodSeconds'] : [...engine.path, 'name']),
        message: `The pod has ${grace} s to stop, and its drain alone takes ${needed} s.`,
      }
    }
  },
}

/** Knative sets the time to stop itself, from the longest request that a revision takes (serving.knative.dev, timeoutSeconds). */
const isTimedByKnative = ({ document }: Pod) =>
  document.kind === 'InferenceService' &&
  /^(?:Knative|Serverless)$/.test(
    String(document.get(['metadata', 'annotations', 'serving.kserve.io/deploymentMode']) ?? ''),
  )

const shortGrace: Rule = {
  id: 'grace-period-short',
  severity: 'warning',
  what: 'The pod of an engine is given less than 30 seconds to stop.',
  why: 'Answers stream for longer than that: each rollout and each drain cuts them off.',
  since: 'always',
  mend: 'Set terminationGracePeriodSeconds to 60 or more, with a preStop sleep of 15 and --shutdown-timeout.',
  references: [
    kubernetesDocs('concepts/workloads/pods/pod-lifecycle/#pod-termination', 'termination of Pods'),
    kserveFile('config/llmisvcconfig/config-llm-template.yaml'),
  ],
  *check(subject) {
    for (const { pod } of enginePods(subject)) {
      const grace = numberOf(pod.spec['terminationGracePeriodSeconds'])
      if (grace === undefined || grace >= 30) continue
      yield {
        at: pod.document.at([...pod.path, 'terminationGracePeriodSeconds']),
        message: `The engine has ${grace} s to finish the answers that it streams.`,
      }
    }
  },
}

const restartNever: Rule = {
  id: 'compose-restart-missing',
  severity: 'note',
  what: 'A Compose service that runs an engine has no restart policy.',
  why: 'An engine that dies, of a CUDA error for example, stays away until somebody looks.',
  since: 'always',
  mend: 'Add `restart: unless-stopped`.',
  references: [dockerDocs('reference/compose-file/services/#restart', 'Compose, restart')],
  *check({ manifests }) {
    for (const { description, invocation, document, path, position } of manifests.containers) {
      if (description !== 'compose' || invocation === undefined || invocation.engine === 'unknown') continue
      const service = document.get(path)
      if (!isRecord(service) || service['restart'] !== undefined || service['extends'] !== undefined) continue
      if (document.get([...path, 'deploy', 'restart_policy']) !== undefined) continue
      yield { at: position, message: 'The engine is not started again when it dies.' }
    }
  },
}

const shutdownWithoutTimeout: Rule = {
  id: 'vllm-shutdown-without-drain',
  severity: 'note',
  what: 'A pod is given time to stop, and vLLM does not use it.',
  why: '`--shutdown-timeout` is 0 unless it is set: at SIGTERM vLLM drops running requests at once, whatever the grace period.',
  since: 'vLLM 0.18',
  mend: 'Add `--shutdown-timeout` with somewhat less than terminationGracePeriodSeconds.',
  references: [vllmFile('vllm/entrypoints/openai/cli_args.py')],
  *check(subject) {
    for (const { pod, engine } of enginePods(subject)) {
      const grace = numberOf(pod.spec['terminationGracePeriodSeconds']) ?? 0
      const { invocation } = engine
      if (grace < 60 || invocation?.engine !== 'vllm' || completed.has(pod.document.kind)) continue
      if (flagOf(invocation, '--shutdown-timeout') !== undefined || preStopSeconds(engine) > 0) continue
      yield {
        at: pod.document.at([...pod.path, 'terminationGracePeriodSeconds']),
        message: `The pod has ${grace} s to stop, and vLLM drops its requests at once.`,
      }
    }
  },
}

/** What the pod of an engine needs. */
export const podRules: readonly Rule[] = [
  sharedMemory,
  sharedMemoryLimit,
  barePod,
  ephemeralCache,
  memoryCache,
  graceBelowDrain,
  shortGrace,
  shutdownWithoutTimeout,
  restartNever,
]
