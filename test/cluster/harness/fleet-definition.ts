import { fleetCrd } from '../../../src/fleet/index.ts'
import { until } from '../../harness/until.ts'
import type { ApiClient } from './api-client.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const path = `${definitions}/fleets.fairlead.dev`

interface Definition {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; message: string }[] }
}

/** Gives an API server the Fleet resource and waits until it is served; resolves to its conditions. */
export async function installFleetDefinition(client: ApiClient): Promise<Readonly<Record<string, string>>> {
  const { status, body } = await client.apply(`${path}?fieldManager=fairlead&fieldValidation=Strict`, fleetCrd())
  if (status !== 200 && status !== 201) throw new Error(`the definition was answered ${status}: ${body.message}`)
  const conditions = await until(
    async () => {
      // What was served before a definition was taken away is served for a moment longer.
      const { body: found } = await client.get(path)
      const list = (found as Definition).status?.conditions ?? []
      const isEstablished = list.some(({ type, status: holds }) => type === 'Established' && holds === 'True')
      return isEstablished && (await isServed(client)) ? list : undefined
    },
    () => 'the Fleet resource is not served',
  )
  return Object.fromEntries(conditions.map(({ type, status: holds, message }) => [type, `${holds} ${message}`.trim()]))
}

/** Whether the resource is served, and its documentation too, which is published a moment later. */
async function isServed(client: ApiClient): Promise<boolean> {
  const { status } = await client.get('/apis/fairlead.dev/v1alpha1')
  const { status: published, body } = await client.get('/openapi/v3/apis/fairlead.dev/v1alpha1')
  const { paths = {} } = body as { readonly paths?: object }
  return status === 200 && published === 200 && Object.keys(paths).some((path) => path.endsWith('/fleets/{name}'))
}

/** Takes the Fleet resource away, and every Fleet with it. */
export async function removeFleetDefinition(client: ApiClient): Promise<void> {
  await client.delete(path)
  await until(
    async () => (await client.get(path)).status === 404,
    () => 'the Fleet resource is still there',
  )
}
