import type { KubernetesObject } from '../object.ts'
import { resourcePath, type Resource } from '../schemas/index.ts'
import { fieldManager } from '../identity.ts'
import type { RequestSubject } from './cluster-error.ts'
import type { ApplyOptions, DeleteOptions, ListQuery, ObjectRef, WatchOptions, WriteOptions } from './contract.ts'
import type { ApiRequest } from './transport.ts'

/** Values of a query; absent ones are left out. */
type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** A path with its query. */
export function withQuery(path: string, query: Query): string {
  const told = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) told.set(name, String(value))
  return told.size === 0 ? path : `${path}?${told.toString()}`
}

/** Names an object in an API server's URLs. */
export interface PlacedRef {
  readonly ref: ObjectRef
  readonly resource: Resource
  /** Of the ref, else the client's own; without meaning for kinds that have none. */
  readonly namespace: string
}

function subjectOf(verb: string, { ref, resource, namespace }: PlacedRef, subresource?: string): RequestSubject {
  return {
    verb,
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    resource: resource.plural,
    name: ref.name,
    ...(resource.isNamespaced ? { namespace } : {}),
    ...(subresource === undefined ? {} : { subresource }),
  }
}

function pathOf({ ref, resource, namespace }: PlacedRef, subresource?: string): string {
  const path = resourcePath(resource, namespace, ref.name)
  return subresource === undefined ? path : `${path}/${subresource}`
}

const written = ({ dryRun, fieldManager: manager = fieldManager }: WriteOptions): Query => ({
  fieldManager: manager,
  fieldValidation: 'Strict',
  dryRun: dryRun === true ? 'All' : undefined,
})

export function getRequest(placed: PlacedRef): ApiRequest {
  return { method: 'GET', path: pathOf(placed), subject: subjectOf('get', placed), isIdempotent: true }
}

/** Server-side apply. JSON is YAML, the only form that applies may have. */
export function applyRequest(placed: PlacedRef, object: KubernetesObject, options: ApplyOptions): ApiRequest {
  const query = { ...written(options), force: options.force === true ? true : undefined }
  return {
    method: 'PATCH',
    path: withQuery(pathOf(placed, options.subresource), query),
    contentType: 'application/apply-patch+yaml',
    body: object,
    subject: subjectOf('patch', placed, options.subresource),
    isIdempotent: true,
  }
}

export function createRequest(placed: PlacedRef, object: KubernetesObject, options: WriteOptions): ApiRequest {
  const path = resourcePath(placed.resource, placed.namespace)
  const scope = options.subresource === undefined ? path : pathOf(placed, options.subresource)
  return {
    method: 'POST',
    path: withQuery(scope, written(options)),
    body: object,
    subject: subjectOf('create', placed, options.subresource),
    isIdempotent: options.dryRun === true,
  }
}

export function updateRequest(placed: PlacedRef, object: KubernetesObject, options: WriteOptions): ApiRequest {
  return {
    method: 'PUT',
    path: withQuery(pathOf(placed, options.subresource), written(options)),
    body: object,
    subject: subjectOf('update', placed, options.subresource),
    isIdempotent: options.dryRun === true,
  }
}

export function patchRequest(placed: PlacedRef, mergePatch: object, options: WriteOptions): ApiRequest {
  return {
    method: 'PATCH',
    path: withQuery(pathOf(placed, options.subresource), written(options)),
    contentType: 'application/merge-patch+json',
    body: mergePatch,
    subject: subjectOf('patch', placed, options.subresource),
    isIdempotent: options.dryRun === true,
  }
}

/** Safe to send again where it names the very object by its uid. */
export function deleteRequest(placed: PlacedRef, options: DeleteOptions): ApiRequest {
  const { propagation = 'Background', uid, gracePeriodSeconds, dryRun } = options
  return {
    method: 'DELETE',
    path: pathOf(placed),
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(dryRun === true ? { dryRun: ['All'] } : {}),
    },
    subject: subjectOf('delete', placed),
    isIdempotent: uid !== undefined || dryRun === true,
  }
}

/** Objects of a page. At most 1.5 MB each, as etcd takes them; most are a few kB. */
const pageSize = 500
const pageLimitBytes = 256 * 1024 * 1024

const listed = (verb: string, { apiVersion, kind, namespace }: ListQuery, resource: Resource): RequestSubject => ({
  verb,
  apiVersion,
  kind,
  resource: resource.plural,
  ...(namespace === undefined ? {} : { namespace }),
})

export function pageRequest(
  query: ListQuery,
  resource: Resource,
  page: { readonly after?: string; readonly signal?: AbortSignal | undefined },
): ApiRequest {
  const { labelSelector, fieldSelector } = query
  return {
    method: 'GET',
    path: withQuery(resourcePath(resource, query.namespace), {
      labelSelector,
      fieldSelector,
      limit: pageSize,
      continue: page.after,
    }),
    subject: listed('list', query, resource),
    isIdempotent: true,
    limitBytes: pageLimitBytes,
    signal: page.signal,
  }
}

/** API servers send a bookmark each minute; after more than two without anything the connection counts as dead. */
const watchSilenceMs = 150_000
/** They are asked to end watches after 5 to 10 minutes, at different times for different clients, as client-go does. */
const [leastWatchSeconds, mostWatchSeconds] = [300, 600]

export function watchRequest(
  query: ListQuery,
  resource: Resource,
  { resourceVersion, signal, onOpen }: WatchOptions,
): ApiRequest {
  const { labelSelector, fieldSelector } = query
  return {
    method: 'GET',
    path: withQuery(resourcePath(resource, query.namespace), {
      labelSelector,
      fieldSelector,
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion,
      timeoutSeconds: Math.round(leastWatchSeconds + (mostWatchSeconds - leastWatchSeconds) * Math.random()),
    }),
    subject: listed('watch', query, resource),
    isIdempotent: true,
    silenceMs: watchSilenceMs,
    isRepeated: false,
    signal,
    onOpen,
  }
}
