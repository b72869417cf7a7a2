import type { LiveObject } from '../../../../src/kubernetes/index.ts'
import type { ApiClient } from '../api-client.ts'

/** An object that a stand-in makes: its controller’s child, as an API server takes it. */
export interface ChildObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly object[]
  }
  readonly spec?: object
}

/** A kind and where the API server has its objects. */
export const kinds = {
  inferenceServices: {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    path: '/apis/serving.kserve.io/v1beta1/inferenceservices',
  },
  servingRuntimes: {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    path: '/apis/serving.kserve.io/v1alpha1/servingruntimes',
  },
  llmInferenceServices: {
    apiVersion: 'serving.kserve.io/v1alpha2',
    kind: 'LLMInferenceService',
    path: '/apis/serving.kserve.io/v1alpha2/llminferenceservices',
  },
  inferencePools: {
    apiVersion: 'inference.networking.k8s.io/v1',
    kind: 'InferencePool',
    path: '/apis/inference.networking.k8s.io/v1/inferencepools',
  },
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', path: '/apis/apps/v1/deployments' },
  services: { apiVersion: 'v1', kind: 'Service', path: '/api/v1/services' },
} as const

/** What garbage collection goes by: with its owner a child goes too. */
export const ownedBy = ({ apiVersion, kind, metadata }: LiveObject): object => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** The path of one object, of a kind whose path is known. */
export function pathOf(kind: string, namespace: string, name: string): string {
  const known = Object.values(kinds).find((each) => each.kind === kind)
  if (known === undefined) throw new Error(`the stand-ins make no ${kind}`)
  const at = known.path.lastIndexOf('/')
  return `${known.path.slice(0, at)}/namespaces/${namespace}${known.path.slice(at)}/${name}`
}

/** Has the API server hold a child; what is so already changes nothing. */
export async function hold(client: ApiClient, child: ChildObject): Promise<void> {
  const { kind, metadata } = child
  const path = `${pathOf(kind, metadata.namespace, metadata.name)}?fieldManager=kserve-stand-in&force=true`
  const { status, body } = await client.apply(path, child)
  if (status >= 300) throw new Error(`${kind} ${metadata.name}: ${body.message}`)
}

/** Says a status, if it is another than was said before. */
export async function tellStatus(client: ApiClient, object: LiveObject, status: object): Promise<void> {
  const before = object['status'] ?? {}
  const after = { ...before, ...status }
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const { kind, metadata } = object
  await client.merge(`${pathOf(kind, metadata.namespace ?? '', metadata.name)}/status`, { status })
}
