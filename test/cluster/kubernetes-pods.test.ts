import { describe, expect, it } from 'vitest'
import type { PodSpec } from '../../src/kubernetes/index.ts'
import { goldenFleets } from '../../src/targets/kubernetes/testing/fleets.ts'
import { renderText } from '../../src/targets/kubernetes/testing/render.ts'
import { applyAll, takenAsTheyAre } from './harness/apply-all.ts'
import { useCluster } from './harness/use-cluster.ts'

const cluster = useCluster()

/** Every pod template of an object, wherever its kind has it. */
function podsOf(value: unknown): { readonly labels: Record<string, string>; readonly spec: PodSpec }[] {
  if (Array.isArray(value)) return value.flatMap(podsOf)
  if (typeof value !== 'object' || value === null) return []
  const { metadata, spec } = value as { metadata?: { labels?: Record<string, string> }; spec?: PodSpec }
  if (spec !== undefined && 'containers' in spec) return [{ labels: metadata?.labels ?? {}, spec }]
  return Object.values(value).flatMap(podsOf)
}

/** A StatefulSet's volumes come from its claims, which stand beside the pod. */
function volumesOf({ volumes = [], containers }: PodSpec): NonNullable<PodSpec['volumes']> {
  const names = new Set(volumes.map(({ name }) => name))
  const missing = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.filter(({ name }) => !names.has(name)))
  return [...volumes, ...missing.map(({ name }) => ({ name, emptyDir: {} }))]
}

describe.each(Object.entries(goldenFleets))('the Fleet %s on plain Kubernetes', (_, text) => {
  const { objects } = renderText(text)

  // proves B3, B13 (real part)
  it('is taken by a real API server as it is, twice', async () => {
    expect(await applyAll(cluster.client, objects, { namespace: 'rendered' })).toEqual(takenAsTheyAre)
  })

  // proves D4 (real part)
  it('has pods that its namespace’s Pod Security lets in', async () => {
    const namespace = 'rendered-pods'
    const place = `/api/v1/namespaces/${namespace}`
    const labels = objects.find(({ kind }) => kind === 'Namespace')?.metadata.labels ?? {}
    await cluster.client.apply(`${place}?fieldManager=test&force=true`, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels },
    })
    const answers = []
    for (const [index, { labels: podLabels, spec }] of podsOf(objects).entries()) {
      // Accounts and claims are others' business here; the templates are as rendered otherwise.
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `pod-${index}`, namespace, labels: podLabels },
        spec: { ...spec, serviceAccountName: 'default', priorityClassName: undefined, volumes: volumesOf(spec) },
      }
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }
      await cluster.client.apply(`${place}/serviceaccounts/default?fieldManager=test&force=true`, account)
      const { status, body } = await cluster.client.apply(
        `${place}/pods/pod-${index}?fieldManager=test&dryRun=All`,
        JSON.parse(JSON.stringify(pod)),
      )
      answers.push(status === 201 ? 'let in' : `${spec.containers[0]?.name}: ${status} ${body.message}`)
    }
    expect(answers.length).toBeGreaterThan(1)
    expect(new Set(answers)).toEqual(new Set(['let in']))
  })
})
