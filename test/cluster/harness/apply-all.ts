import { resourceOf, resourcePath } from '../../../src/kubernetes/index.ts'
import { until } from '../../harness/until.ts'
import type { ApiAnswer, ApiClient } from './api-client.ts'
import { alteredFields, type AlteredField } from './compare-stored.ts'

/** An object as a target renders it. */
export interface RenderedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name?: string | undefined; readonly namespace?: string | undefined }
}

/** What an API server had against objects. All lists are empty when it takes them as they are. */
export interface ApplyReport {
  /** Objects that it refused, with its message. */
  readonly refused: readonly string[]
  /** Fields that it dropped or changed. */
  readonly altered: readonly (AlteredField & { readonly object: string })[]
  /** Objects that applying the same again changes, so that a difference would show for ever. */
  readonly restless: readonly string[]
}

/** What is reported of objects that the API server takes as they are. */
export const takenAsTheyAre: ApplyReport = { refused: [], altered: [], restless: [] }

const fieldManager = 'fairlead'
const namespacesPath = '/api/v1/namespaces'

/** An object with its place on the server. */
interface Placed {
  readonly object: RenderedObject
  readonly name: string
  readonly path: string
}

function place(object: RenderedObject, defaultNamespace: string): Placed {
  const { apiVersion, kind, metadata } = object
  const resource = resourceOf(apiVersion, kind)
  if (resource === undefined) throw new Error(`no schema of ${apiVersion} ${kind}`)
  const path = resourcePath(resource, metadata.namespace ?? defaultNamespace, metadata.name)
  return { object, path, name: `${kind} ${metadata.name}` }
}

/** Secrets are written as text and read as base64, and never read as text. */
function asStored(object: RenderedObject): unknown {
  const { stringData, data, ...rest } = object as RenderedObject & Record<'stringData' | 'data', object | undefined>
  if (object.kind !== 'Secret' || stringData === undefined) return object
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')])
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } }
}

/** What `kubectl diff` compares of an object: all but who wrote what, and a number that may rise although nothing changed. */
function comparable({ metadata, ...rest }: ApiAnswer['body']): string {
  return JSON.stringify({ ...rest, metadata: { ...metadata, resourceVersion: undefined, managedFields: undefined } })
}

/** Applies objects one after the other and notes what comes of it. */
class Application {
  readonly #client: ApiClient
  readonly refused: string[] = []
  readonly altered: (AlteredField & { object: string })[] = []
  readonly restless: string[] = []

  constructor(client: ApiClient) {
    this.#client = client
  }

  /** Undefined when the server refuses. */
  async #ask(step: string, { object, name, path }: Placed, options: string): Promise<ApiAnswer['body'] | undefined> {
    const query = `fieldManager=${fieldManager}&fieldValidation=Strict${options}`
    const { status, body } = await this.#client.apply(`${path}?${query}`, object)
    if (status === 200 || status === 201) return body
    this.refused.push(`${name} (${step}): ${status} ${body.message}`)
    return undefined
  }

  /** As a careful operator does: a dry run, then the same for real, then a look at what is there. */
  async applyNew(placed: Placed): Promise<void> {
    if ((await this.#ask('dry run', placed, '&dryRun=All')) === undefined) return
    if ((await this.#ask('apply', placed, '')) === undefined) return
    const { body } = await this.#client.get(placed.path)
    const fields = alteredFields(JSON.parse(JSON.stringify(asStored(placed.object))), body)
    for (const field of fields) this.altered.push({ object: placed.name, ...field })
  }

  async applyAgain(placed: Placed): Promise<void> {
    const before = await this.#client.get(placed.path)
    if (before.status !== 200) return
    const after = await this.#ask('apply again', placed, '')
    if (after !== undefined && comparable(after) !== comparable(before.body)) this.restless.push(placed.name)
  }
}

/** Deletes an object and waits until it is gone. What controllers would do before it goes does not happen here. */
async function remove(client: ApiClient, path: string): Promise<void> {
  const { status } = await client.delete(`${path}?propagationPolicy=Background&gracePeriodSeconds=0`)
  if (status === 404) return
  await until(
    async () => {
      const answer = await client.get(path)
      if (answer.status === 404) return true
      await client.merge(path, { metadata: { finalizers: null } })
      if (answer.body['kind'] === 'Namespace') await client.put(`${path}/finalize`, { ...answer.body, spec: {} })
      return false
    },
    () => `${path} is still there`,
  )
}

/**
 * Gives objects to an API server as `fairlead` would (server-side apply, field manager `fairlead`), reports what it has against
 * them, and removes them again. Namespaces that objects name and nobody renders are made. Objects without one go to `namespace`.
 */
export async function applyAll(
  client: ApiClient,
  objects: readonly RenderedObject[],
  { namespace = 'default' }: { readonly namespace?: string } = {},
): Promise<ApplyReport> {
  const isNamespace = ({ kind }: RenderedObject) => kind === 'Namespace'
  const ordered = [...objects.filter(isNamespace), ...objects.filter((object) => !isNamespace(object))]
  const placed = ordered.map((object) => place(object, namespace))
  const application = new Application(client)
  const made: string[] = []
  try {
    const rendered = new Set(objects.filter(isNamespace).map(({ metadata }) => metadata.name))
    const named = new Set([namespace, ...objects.flatMap(({ metadata }) => metadata.namespace ?? [])])
    for (const name of named) {
      if (rendered.has(name)) continue
      const { status } = await client.post(namespacesPath, { metadata: { name } })
      if (status === 201) made.push(`${namespacesPath}/${name}`)
    }
    for (const each of placed) await application.applyNew(each)
    for (const each of placed) await application.applyAgain(each)
    const { refused, altered, restless } = application
    return { refused, altered, restless }
  } finally {
    for (const { path } of placed.toReversed()) await remove(client, path)
    for (const path of made) await remove(client, path)
  }
}
