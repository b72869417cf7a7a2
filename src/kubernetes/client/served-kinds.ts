import { resourceOf, type Resource } from '../schemas/index.ts'
import { ClusterError } from './cluster-error.ts'
import { parseAnswer } from './parse-answer.ts'
import type { ApiTransport } from './transport.ts'

/** A definition may be installed or deleted at any time. */
const rememberedMs = 30_000

interface DiscoveredResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
}

/** What an API server says that it has, a group and version at a time. */
export class ServedKinds {
  readonly #transport: ApiTransport
  readonly #known = new Map<
    string,
    { readonly at: number; readonly resources: Promise<readonly DiscoveredResource[]> }
  >()

  constructor(transport: ApiTransport) {
    this.#transport = transport
  }

  /** How a kind is named in URLs: ours offline, others as the server says. */
  async resource(apiVersion: string, kind: string): Promise<Resource> {
    const known = resourceOf(apiVersion, kind)
    if (known !== undefined) return known
    const found = await this.#find(apiVersion, kind)
    if (found !== undefined) return { apiVersion, plural: found.name, isNamespaced: found.namespaced }
    throw new ClusterError({
      reason: 'no-such-kind',
      status: 404,
      message: `The server has no kind ${kind} in ${apiVersion}.`,
      subject: { verb: 'get', apiVersion, kind, resource: kind.toLowerCase() },
      server: this.#transport.server,
    })
  }

  async serves(apiVersion: string, kind: string): Promise<boolean> {
    return (await this.#find(apiVersion, kind)) !== undefined
  }

  /** Has the next question ask the server: it does not have what it had. */
  forget(apiVersion: string): void {
    this.#known.delete(apiVersion)
  }

  async #find(apiVersion: string, kind: string): Promise<DiscoveredResource | undefined> {
    const resources = await this.#resources(apiVersion)
    return resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))
  }

  #resources(apiVersion: string): Promise<readonly DiscoveredResource[]> {
    const known = this.#known.get(apiVersion)
    if (known !== undefined && performance.now() - known.at < rememberedMs) return known.resources
    const resources = this.#ask(apiVersion)
    this.#known.set(apiVersion, { at: performance.now(), resources })
    resources.catch(() => this.#known.delete(apiVersion))
    return resources
  }

  async #ask(apiVersion: string): Promise<readonly DiscoveredResource[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const subject = { verb: 'get', apiVersion, kind: 'APIResourceList', resource: path }
    try {
      const text = await this.#transport.send({ method: 'GET', path, subject, isIdempotent: true })
      const { resources = [] } = parseAnswer(text, subject) as { readonly resources?: readonly DiscoveredResource[] }
      return resources
    } catch (error) {
      if (error instanceof ClusterError && error.status === 404) return []
      throw error
    }
  }
}
