import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { readDefinitions, type CustomDefinition } from '../../../scripts/kubernetes/types/read-crds.ts'

const registry = '/registry/apiextensions.k8s.io/customresourcedefinitions'
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** A definition as an API server stores it once its controllers have accepted it. */
function stored({ metadata, spec }: CustomDefinition): object {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = (type: string, reason: string) => ({
    type,
    status: 'True',
    reason,
    message: '',
    lastTransitionTime: now,
  })
  const approved =
    metadata.annotations === undefined ? [] : [condition('KubernetesAPIApprovalPolicyConformant', 'ApprovedAnnotation')]
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { ...metadata, uid: randomUUID(), generation: 1, creationTimestamp: now },
    spec: { ...spec, conversion: { strategy: 'None' } },
    status: {
      acceptedNames: spec.names,
      storedVersions: spec.versions.filter(({ storage }) => storage).map(({ name }) => name),
      conditions: [
        condition('NamesAccepted', 'NoConflicts'),
        condition('Established', 'InitialNamesAccepted'),
        ...approved,
      ],
    },
  }
}

/**
 * Puts the custom resource definitions of test/cluster/crds into an etcd whose API server has not started, as if an earlier one
 * had accepted them. An API server that is given them one by one builds its schemas anew several times for each, which takes
 * four times as long.
 */
export async function storeDefinitions(etcdUrl: string): Promise<void> {
  for (const definition of readDefinitions()) {
    const key = base64(`${registry}/${definition.metadata.name}`)
    const body = JSON.stringify({ key, value: base64(JSON.stringify(stored(definition))) })
    const { statusCode, body: answer } = await request(`${etcdUrl}/v3/kv/put`, { method: 'POST', body })
    const text = await answer.text()
    if (statusCode !== 200) throw new Error(`etcd refuses ${definition.metadata.name}: ${text}`)
  }
}
