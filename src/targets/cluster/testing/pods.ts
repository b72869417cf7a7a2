import type { ContainerStatus, LiveObject, Pod } from '../../../kubernetes/index.ts'
import type { Live, Workload } from '../fleets/parts.ts'

/** Labels of an engine’s pods. */
export const engineLabels = (model: string, role = 'both'): Record<string, string> => ({
  'app.kubernetes.io/component': 'engine',
  'fairlead.dev/fleet': 'lab',
  'fairlead.dev/model': model,
  'fairlead.dev/role': role,
})

/** An object as a server gives it. */
export const live = <Kind extends object>(
  object: Kind & { readonly metadata: { readonly name: string } },
): Kind & LiveObject =>
  ({
    ...object,
    metadata: { uid: `uid-${object.metadata.name}`, namespace: 'llm', ...object.metadata },
  }) as unknown as Kind & LiveObject

/** A container that is on its way or not. */
export const container = (part: Partial<ContainerStatus>): ContainerStatus => ({
  name: 'engine',
  image: 'vllm/vllm-openai:v0.32.0',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...part,
})

/** A pod of an engine, scheduled, with what is said of it. */
export function enginePod(
  name: string,
  status: Pod['status'],
  { model = 'llama', spec = { containers: [] } }: { readonly model?: string; readonly spec?: Pod['spec'] } = {},
): Live<Pod> {
  return live({
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: { name, labels: engineLabels(model) },
    spec,
    status,
  })
}

/** A condition of a pod. */
export const condition = (
  type: string,
  status: 'True' | 'False',
  message?: string,
): NonNullable<NonNullable<Pod['status']>['conditions']>[number] => ({
  type,
  status,
  ...(message === undefined ? {} : { message }),
})

/** A Deployment of an engine. */
export const deployment = (
  name: string,
  spec: Workload['spec'],
  status: Workload['status'],
  model = 'llama',
): Workload =>
  live({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, generation: 2, labels: engineLabels(model) },
    spec,
    status,
  }) as unknown as Workload
