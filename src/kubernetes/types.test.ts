import { describe, expect, expectTypeOf, it } from 'vitest'
import type {
  Deployment,
  HTTPRoute,
  InferenceService,
  LeaderWorkerSet,
  LLMInferenceService,
  PodSpec,
  ScaledObject,
  ServingRuntime,
} from './index.ts'

/** The type of a Pod's description in what a kind says of its Pods. */
type PodOf<Template extends { spec?: unknown } | undefined> = NonNullable<NonNullable<Template>['spec']>

describe('types of Kubernetes objects', () => {
  it('make a misspelt or misplaced field of a rendered object a compile error', () => {
    const deployment: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'gateway' },
      spec: {
        selector: { matchLabels: { app: 'gateway' } },
        template: {
          metadata: { labels: { app: 'gateway' } },
          spec: {
            // @ts-expect-error a Pod has restartPolicy; restart is Compose's word
            restart: 'Always',
            containers: [{ name: 'gateway' }],
          },
        },
      },
    }
    expect(deployment.kind).toBe('Deployment')
    const containers: PodSpec['containers'] = [
      // @ts-expect-error a port is an object
      { name: 'gateway', ports: [8080] },
    ]
    expect(containers).toHaveLength(1)
    // @ts-expect-error a Deployment is not of the core group
    deployment.apiVersion = 'v1'
  })

  it('know one PodSpec, whichever kind embeds it, so that a container is rendered by one function for all', () => {
    type Lws = NonNullable<LeaderWorkerSet['spec']>['leaderWorkerTemplate']
    expectTypeOf<PodOf<Lws['workerTemplate']>>().toEqualTypeOf<PodSpec>()
    type Llm = NonNullable<LLMInferenceService['spec']>
    expectTypeOf<NonNullable<Llm['template']>>().toEqualTypeOf<PodSpec>()
    expectTypeOf<NonNullable<ServingRuntime['spec']>['containers'][number]>().toEqualTypeOf<
      PodSpec['containers'][number]
    >()
  })

  it('hold custom resources to their definitions as well', () => {
    const scaled: ScaledObject = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'chat' },
      spec: {
        scaleTargetRef: { name: 'chat' },
        // @ts-expect-error minReplicaCount, without s
        minReplicasCount: 0,
        triggers: [{ type: 'prometheus', metadata: { query: 'up' } }],
      },
    }
    const route: HTTPRoute['spec'] = {
      parentRefs: [{ name: 'gateway' }],
      rules: [{ backendRefs: [{ name: 'pool', group: 'inference.networking.k8s.io', kind: 'InferencePool' }] }],
    }
    const service: InferenceService['spec'] = {
      predictor: { model: { modelFormat: { name: 'vllm' }, storageUri: 'hf://Qwen/Qwen3-8B' } },
    }
    expect([scaled.kind, route.rules?.length, service.predictor.model?.modelFormat?.name]).toEqual([
      'ScaledObject',
      1,
      'vllm',
    ])
  })
})
