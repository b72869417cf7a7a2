import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../kubernetes/index.ts'
import type { Workload } from '../fleets/parts.ts'
import { condition, container, deployment, enginePod, live } from '../testing/pods.ts'
import { podProblem, type NodeOffer } from './pod-problem.ts'
import { podStage } from './pod-stage.ts'
import { workloadState } from './rollout-state.ts'
import { stageText } from './wait-until-ready.ts'
import { claimProblem, jobProblem, refusalProblem, workloadProblem } from './workload-problem.ts'

const scheduled = condition('PodScheduled', 'True')

const service = (status: string, made: Workload['made'] = []): Workload => ({
  ...deployment(
    'lab-llama',
    { predictor: { minReplicas: 2 } },
    { conditions: [{ type: 'Ready', status, message: 'predictor not ready' }], observedGeneration: 1 },
  ),
  kind: 'InferenceService',
  made,
})
const upToDate = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 }
const made = (isCurrent: boolean, status: Workload['status'] = upToDate) => [
  { workload: deployment('lab-llama-predictor', { replicas: 2 }, status), role: 'both', isCurrent },
]

describe('workloadState', () => {
  it.each([
    [
      'that its controller has not looked at yet',
      { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
      'progressing',
      'its controller has not seen the change yet',
    ],
    [
      'in the middle of an update',
      { observedGeneration: 2, replicas: 3, updatedReplicas: 1, readyReplicas: 2 },
      'progressing',
      '1 of 2 updated',
    ],
    [
      'whose old pods still end',
      { observedGeneration: 2, replicas: 3, updatedReplicas: 2, readyReplicas: 2 },
      'progressing',
      '1 old still to end',
    ],
    [
      'that is not ready',
      { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1 },
      'progressing',
      '1 of 2 ready',
    ],
    [
      'that is ready',
      { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
      'complete',
      '2 of 2 ready',
    ],
    [
      'that makes no progress',
      {
        observedGeneration: 2,
        updatedReplicas: 2,
        replicas: 2,
        conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded', message: 'timed out' }],
      },
      'failed',
      'timed out',
    ],
  ])('of a Deployment %s', (_, status, state, message) => {
    expect(workloadState(deployment('lab-llama', { replicas: 2 }, status))).toMatchObject({ state, message })
  })

  it('of a Deployment with no replicas is complete at once', () => {
    expect(workloadState(deployment('lab-llama', { replicas: 0 }, { observedGeneration: 2 }))).toMatchObject({
      state: 'complete',
      wanted: 0,
    })
  })

  it.each([
    ['paused', { replicas: 2, paused: true }, 'paused'],
    ['not paused', { replicas: 2 }, 'progressing'],
  ])('of a Deployment that is %s in the middle', (_, spec, state) => {
    expect(workloadState(deployment('lab-llama', spec, { observedGeneration: 2, updatedReplicas: 1 }))).toMatchObject({
      state,
    })
  })

  it.each([
    ['says nothing before something was made of it', service('False'), 'progressing', 0, 'predictor not ready'],
    [
      'is complete by the Deployment, whatever generation it tells',
      service('True', made(true)),
      'complete',
      2,
      '2 of 2 ready',
    ],
    ['waits for KServe to act on a change', service('True', made(false)), 'progressing', 0, /not seen the change/],
    [
      'waits for the pods of an update',
      service('True', made(true, { ...upToDate, updatedReplicas: 1 })),
      'progressing',
      1,
      '1 of 2 updated',
    ],
    ['waits for what KServe still has to do', service('Unknown', made(true)), 'progressing', 2, 'predictor not ready'],
  ])('of a service of KServe %s', (_, workload, state, updated, message) => {
    expect(workloadState(workload)).toMatchObject({
      state,
      updated,
      wanted: 2,
      message: expect.stringMatching(message),
    })
  })
})

describe('podStage', () => {
  it.each<[string, Pod['status'], string]>([
    ['no node yet', { phase: 'Pending', conditions: [condition('PodScheduled', 'False', '')] }, 'scheduling'],
    [
      'a volume that is being mounted',
      {
        phase: 'Pending',
        conditions: [scheduled],
        containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })],
      },
      'volume',
    ],
    [
      'an image that is being pulled',
      {
        phase: 'Pending',
        conditions: [scheduled, condition('PodReadyToStartContainers', 'True')],
        containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })],
      },
      'image',
    ],
    [
      'an engine that loads',
      {
        phase: 'Running',
        conditions: [scheduled],
        containerStatuses: [container({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })],
      },
      'loading',
    ],
    [
      'an engine that is started again',
      {
        phase: 'Running',
        conditions: [scheduled],
        containerStatuses: [container({ restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } })],
      },
      'starting',
    ],
    ['an engine that serves', { phase: 'Running', conditions: [scheduled, condition('Ready', 'True')] }, 'ready'],
    ['a failure', { phase: 'Failed' }, 'failed'],
  ])('of %s', (_, status, stage) => expect(podStage(enginePod('lab-llama-x', status))).toBe(stage))

  it('is told with the time that loading takes', () => {
    const pod = enginePod('lab-llama-x', {
      phase: 'Running',
      conditions: [scheduled],
      containerStatuses: [container({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })],
    })
    const workload = deployment(
      'lab-llama',
      { replicas: 1 },
      { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
    )
    const parts = { workloads: [workload], pods: [pod], jobs: [], claims: [] }
    expect(stageText(workload, parts, Date.parse('2026-01-01T00:01:30Z'))).toBe('0 of 1 ready; loading for 1 min 30 s')
  })
})

const nodes: readonly NodeOffer[] = [
  { name: 'a', product: 'NVIDIA-L40S', gpus: 4 },
  { name: 'b', product: 'NVIDIA-A100', gpus: 8 },
]
const gpuPod = (product: string, gpus: number, message: string) =>
  enginePod(
    'lab-llama-x',
    { phase: 'Pending', conditions: [condition('PodScheduled', 'False', message)] },
    {
      spec: {
        nodeSelector: { 'nvidia.com/gpu.product': product },
        containers: [{ name: 'engine', resources: { limits: { 'nvidia.com/gpu': String(gpus) } } }],
      },
    },
  )

describe('podProblem', () => {
  it('names the GPU type that no node has, and those that there are', () => {
    expect(
      podProblem(gpuPod('NVIDIA-H100', 1, "0/2 nodes are available: 2 node(s) didn't match"), nodes),
    ).toMatchObject({
      reason: 'unschedulable',
      what: 'no node has a GPU of type NVIDIA-H100',
      mend: expect.stringContaining('Nodes have NVIDIA-L40S, NVIDIA-A100.'),
    })
  })

  it('counts the GPUs that nodes of the type have', () => {
    expect(
      podProblem(gpuPod('NVIDIA-L40S', 2, '0/2 nodes are available: 2 Insufficient nvidia.com/gpu.'), nodes),
    ).toMatchObject({
      what: 'no node has 2 free GPUs (nvidia.com/gpu)',
      mend: expect.stringContaining('Nodes have in all: a 4.'),
    })
  })

  it.each<[string, ReturnType<typeof container>, object]>([
    [
      'an image that cannot be pulled',
      container({ state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }),
      { reason: 'image-pull', why: 'not found' },
    ],
    [
      'a Secret without a key',
      container({
        state: { waiting: { reason: 'CreateContainerConfigError', message: "couldn't find key HF_TOKEN" } },
      }),
      { reason: 'config', why: "couldn't find key HF_TOKEN" },
    ],
    [
      'a kill for memory',
      container({
        restartCount: 1,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
      { reason: 'out-of-memory', previous: true },
    ],
    [
      'a crash loop',
      container({
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      }),
      {
        reason: 'crash-loop',
        what: 'container engine ended with exit code 1, and was started again 3 times',
        previous: true,
        exit: { code: 1, reason: 'Error' },
      },
    ],
    [
      'a first crash',
      container({ state: { terminated: { exitCode: 2, reason: 'Error' } } }),
      { reason: 'crash-loop', previous: false },
    ],
  ])('tells %s', (_, status, problem) => {
    expect(
      podProblem(enginePod('lab-llama-x', { phase: 'Running', conditions: [scheduled], containerStatuses: [status] })),
    ).toMatchObject(problem)
  })

  it('says nothing of a pod that is on its way, or that serves after a restart', () => {
    const loading = container({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })
    const mended = container({
      restartCount: 1,
      ready: true,
      state: { running: {} },
      lastState: { terminated: { exitCode: 1 } },
    })
    for (const status of [loading, mended]) {
      expect(
        podProblem(
          enginePod('lab-llama-x', { phase: 'Running', conditions: [scheduled], containerStatuses: [status] }),
        ),
      ).toBeUndefined()
    }
  })
})

const event = (type: string, reason: string, message: string) => ({
  apiVersion: 'v1' as const,
  kind: 'Event' as const,
  metadata: { name: 'e' },
  involvedObject: { kind: 'PersistentVolumeClaim', name: 'lab-llama-models' },
  type,
  reason,
  message,
})

describe('problems of what stands around pods', () => {
  it.each([
    ['pods "x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1', 'quota'],
    ['pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot', 'refused'],
    ['admission webhook "w.example.org" denied the request: no', 'refused'],
  ])('tell a refusal: %s', (message, reason) => expect(refusalProblem(message)).toMatchObject({ reason, why: message }))

  it('tell why a Deployment has no pods', () => {
    const conditions = [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: gpus' },
    ]
    expect(workloadProblem(deployment('lab-llama', { replicas: 1 }, { conditions }))).toMatchObject({ reason: 'quota' })
  })

  it('tell why a claim is not bound, and nothing of one that waits for its pod', () => {
    const claim = live({
      apiVersion: 'v1' as const,
      kind: 'PersistentVolumeClaim' as const,
      metadata: { name: 'lab-llama-models' },
      spec: { storageClassName: 'fast' },
      status: { phase: 'Pending' as const },
    })
    expect(claimProblem(claim, [event('Normal', 'WaitForFirstConsumer', 'waiting')])).toBeUndefined()
    expect(
      claimProblem(claim, [event('Warning', 'ProvisioningFailed', 'storageclass "fast" not found')]),
    ).toMatchObject({
      reason: 'volume-pending',
      what: 'claim lab-llama-models is not bound (storage class fast)',
      why: 'storageclass "fast" not found',
    })
  })

  it('tell a download that failed', () => {
    const job = live({
      apiVersion: 'batch/v1' as const,
      kind: 'Job' as const,
      metadata: { name: 'lab-llama-download' },
      status: { conditions: [{ type: 'Failed', status: 'True', message: 'BackoffLimitExceeded' }] },
    })
    expect(jobProblem(job)).toMatchObject({ reason: 'download', why: 'BackoffLimitExceeded' })
  })
})
