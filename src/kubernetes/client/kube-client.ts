import type { KubernetesObject } from '../object.ts'
import type { Resource } from '../schemas/index.ts'
import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type {
  AccessQuestion,
  ApplyOptions,
  AttachRequest,
  ClusterClient,
  ContainerLogQuery,
  DeleteOptions,
  ExecRequest,
  ExecResult,
  ListQuery,
  LiveObject,
  ObjectList,
  ObjectRef,
  PageOptions,
  PortForward,
  PortForwardRequest,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './contract.ts'
import type { Credentials } from './credentials.ts'
import { attachToPod } from './attach.ts'
import { execInPod } from './exec.ts'
import {
  applyRequest,
  createRequest,
  deleteRequest,
  getRequest,
  pageRequest,
  patchRequest,
  updateRequest,
  watchRequest,
  withQuery,
  type PlacedRef,
} from './object-requests.ts'
import { parseAnswer } from './parse-answer.ts'
import { forwardPort } from './port-forward.ts'
import { ServedKinds } from './served-kinds.ts'
import { splitLines } from './split-lines.ts'
import { ApiTransport, type ApiRequest, type TransportTimes } from './transport.ts'
import { readWatchEvents } from './watch-events.ts'

/** A list is begun anew when its state is no longer kept; after so many times the server is asked too slowly. */
const mostListings = 4
const logLineLimitBytes = 1024 * 1024

/** A `ClusterClient` over HTTP. */
export class KubeClient implements ClusterClient {
  readonly context: string
  readonly server: string
  readonly namespace: string
  readonly #transport: ApiTransport
  readonly #kinds: ServedKinds

  constructor(credentials: Credentials, times?: Partial<TransportTimes>) {
    this.context = credentials.context
    this.server = credentials.server
    this.namespace = credentials.namespace
    this.#transport = new ApiTransport(credentials, times)
    this.#kinds = new ServedKinds(this.#transport)
  }

  async get(ref: ObjectRef): Promise<LiveObject | undefined> {
    try {
      return await this.#exchange(getRequest(await this.#place(ref)))
    } catch (error) {
      if (error instanceof ClusterError && error.reason === 'not-found') return undefined
      throw error
    }
  }

  async list(query: ListQuery, { signal }: PageOptions = {}): Promise<ObjectList> {
    for (let listings = 1; ; listings += 1) {
      const items: LiveObject[] = []
      let resourceVersion = ''
      try {
        for await (const page of this.pages(query, signal === undefined ? {} : { signal })) {
          items.push(...page.items)
          ;({ resourceVersion } = page)
        }
        return { items, resourceVersion }
      } catch (error) {
        if (!(error instanceof ClusterError && error.reason === 'gone') || listings === mostListings) throw error
      }
    }
  }

  async *pages(query: ListQuery, { signal }: PageOptions = {}): AsyncGenerator<ObjectList> {
    const { apiVersion, kind } = query
    const resource = await this.#resource(apiVersion, kind)
    let after: string | undefined
    do {
      const request = pageRequest(query, resource, { signal, ...(after === undefined ? {} : { after }) })
      const answer = parseAnswer(await this.#send(request), request.subject) as {
        readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
        readonly items?: readonly LiveObject[] | null
      }
      // Items of a list do not say their kind.
      const items = (answer.items ?? []).map((item): LiveObject => Object.assign(item, { apiVersion, kind }))
      yield { items, resourceVersion: answer.metadata?.resourceVersion ?? '' }
      after = answer.metadata?.continue
    } while (after !== undefined && after !== '')
  }

  async apply(object: KubernetesObject, options: ApplyOptions = {}): Promise<LiveObject> {
    return this.#exchange(applyRequest(await this.#placeObject(object), object, options))
  }

  async create(object: KubernetesObject, options: WriteOptions = {}): Promise<LiveObject> {
    return this.#exchange(createRequest(await this.#placeObject(object), object, options))
  }

  async update(object: KubernetesObject, options: WriteOptions = {}): Promise<LiveObject> {
    return this.#exchange(updateRequest(await this.#placeObject(object), object, options))
  }

  async patch(ref: ObjectRef, mergePatch: object, options: WriteOptions = {}): Promise<LiveObject> {
    return this.#exchange(patchRequest(await this.#place(ref), mergePatch, options))
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    try {
      await this.#send(deleteRequest(await this.#place(ref), options))
      return true
    } catch (error) {
      if (error instanceof ClusterError && error.reason === 'not-found') return false
      throw error
    }
  }

  async *watch(query: ListQuery, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const request = watchRequest(query, await this.#resource(query.apiVersion, query.kind), options)
    yield* readWatchEvents(this.#stream(request), request.subject, this.server)
  }

  async *logs(query: ContainerLogQuery): AsyncGenerator<string> {
    const { pod, container, follow, previous, timestamps, tailLines, sinceSeconds, signal } = query
    const namespace = query.namespace ?? this.namespace
    const place = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
    const body = this.#stream({
      method: 'GET',
      path: withQuery(place, { container, follow, previous, timestamps, tailLines, sinceSeconds }),
      subject: {
        verb: 'get',
        apiVersion: 'v1',
        kind: 'Pod',
        resource: 'pods',
        subresource: 'log',
        namespace,
        name: pod,
      },
      isIdempotent: true,
      // A container may be silent for days.
      silenceMs: 0,
      signal,
    })
    for await (const { text } of splitLines(body, logLineLimitBytes)) yield text
  }

  exec(request: ExecRequest): Promise<ExecResult> {
    return execInPod(this.#transport, request.namespace ?? this.namespace, request)
  }

  attach(request: AttachRequest): Promise<number> {
    return attachToPod(this.#transport, request.namespace ?? this.namespace, request)
  }

  portForward(request: PortForwardRequest): Promise<PortForward> {
    return forwardPort(this.#transport, request.namespace ?? this.namespace, request)
  }

  serves(apiVersion: string, kind: string): Promise<boolean> {
    return this.#kinds.serves(apiVersion, kind)
  }

  async mayI(question: AccessQuestion): Promise<boolean> {
    const { status } = await this.#exchange({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: question },
      },
      subject: {
        verb: 'create',
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        resource: 'selfsubjectaccessreviews',
      },
      // A review is answered and never stored.
      isIdempotent: true,
    })
    return (status as { readonly allowed?: boolean } | undefined)?.allowed === true
  }

  async serverVersion(): Promise<string> {
    const subject: RequestSubject = { verb: 'get', apiVersion: '', kind: 'Version', resource: '/version' }
    const text = await this.#send({ method: 'GET', path: '/version', subject, isIdempotent: true })
    return String(parseAnswer(text, subject)['gitVersion'] ?? '')
  }

  close(): Promise<void> {
    return this.#transport.close()
  }

  async #exchange(request: ApiRequest): Promise<LiveObject> {
    return parseAnswer(await this.#send(request), request.subject) as LiveObject
  }

  async #send(request: ApiRequest): Promise<string> {
    try {
      return await this.#transport.send(request)
    } catch (error) {
      throw this.#noted(error)
    }
  }

  async *#stream(request: ApiRequest): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#transport.stream(request)
    } catch (error) {
      throw this.#noted(error)
    }
  }

  /** A kind that is not there may have moved or come back. */
  #noted(error: unknown): unknown {
    if (error instanceof ClusterError && error.reason === 'no-such-kind') {
      this.#kinds.forget(error.subject?.apiVersion ?? '')
    }
    return error
  }

  #resource(apiVersion: string, kind: string): Promise<Resource> {
    return this.#kinds.resource(apiVersion, kind)
  }

  async #place(ref: ObjectRef): Promise<PlacedRef> {
    const resource = await this.#resource(ref.apiVersion, ref.kind)
    return { ref, resource, namespace: ref.namespace ?? this.namespace }
  }

  #placeObject({ apiVersion, kind, metadata }: KubernetesObject): Promise<PlacedRef> {
    const { name = '', namespace } = metadata
    return this.#place({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) })
  }
}
