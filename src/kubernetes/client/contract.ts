import type { Readable, Writable } from 'node:stream'
import type { KubernetesObject } from '../object.ts'
import type { ObjectMeta } from '../types/index.ts'

/** An object as an API server gives it; what is beside its metadata depends on its kind. */
export interface LiveObject extends KubernetesObject {
  readonly metadata: ObjectMeta & { readonly name: string; readonly uid: string }
  readonly [field: string]: unknown
}

/** Names one object. */
export interface ObjectRef {
  /** Such as `v1`, `apps/v1`. */
  readonly apiVersion: string
  readonly kind: string
  /** The client's own namespace when absent; without meaning for kinds that have none. */
  readonly namespace?: string
  readonly name: string
}

/** Names objects of one kind. */
export interface ListQuery {
  readonly apiVersion: string
  readonly kind: string
  /** All namespaces when absent. */
  readonly namespace?: string
  /** Such as `fairlead.dev/fleet=lab,app.kubernetes.io/component in (engine)`. */
  readonly labelSelector?: string
  /** Such as `metadata.name=lab`; which fields there are depends on the kind. */
  readonly fieldSelector?: string
}

/** Objects, and the version from which a watch goes on without a gap. */
export interface ObjectList {
  readonly items: readonly LiveObject[]
  readonly resourceVersion: string
}

/** What ends a listing before its end. */
export interface PageOptions {
  readonly signal?: AbortSignal
}

/** How an object is written. */
export interface WriteOptions {
  /** Everything is checked and nothing stored. */
  readonly dryRun?: boolean
  /** Owner of the fields; `fairlead` when absent. */
  readonly fieldManager?: string
  /** Such as `status`. */
  readonly subresource?: string
}

/** How an object is applied. */
export interface ApplyOptions extends WriteOptions {
  /** Takes fields over that other managers own, instead of a `conflict`. */
  readonly force?: boolean
}

/** How an object is deleted. */
export interface DeleteOptions {
  /** What becomes of its dependents; `Background` when absent. */
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan'
  /** Deletes only this very object; another of its name is a `conflict`. */
  readonly uid?: string
  readonly gracePeriodSeconds?: number
  readonly dryRun?: boolean
}

/** One change. `bookmark` changes nothing: its object says only how far the watch has come. */
export interface WatchEvent {
  readonly type: 'added' | 'modified' | 'deleted' | 'bookmark'
  readonly object: LiveObject
}

/** Where a watch begins and what ends it. */
export interface WatchOptions {
  /** Of a list, or of the last event that was seen. */
  readonly resourceVersion: string
  readonly signal: AbortSignal
  /** Called when the server has taken it, before the first event. */
  readonly onOpen?: () => void
}

/** A container of a pod. */
export interface ContainerRef {
  /** The client's own namespace when absent. */
  readonly namespace?: string
  readonly pod: string
  /** May be absent where the pod has one. */
  readonly container?: string
}

/** Which log lines are wanted. */
export interface ContainerLogQuery extends ContainerRef {
  /** Goes on as lines come, until the container ends or `signal` fires. */
  readonly follow?: boolean
  /** Lines from the end; all when absent. */
  readonly tailLines?: number
  /** Of the container's run before this one. */
  readonly previous?: boolean
  /** Puts the time (RFC 3339) before each line. */
  readonly timestamps?: boolean
  /** Lines not older than this. */
  readonly sinceSeconds?: number
  readonly signal?: AbortSignal
}

/** A command that runs in a container. */
export interface ExecRequest extends ContainerRef {
  /** Program and arguments; no shell takes part. */
  readonly command: readonly string[]
  readonly signal?: AbortSignal
}

/** How a command in a container ended. Output beyond 1 MiB of each stream is left out. */
export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** A terminal in front of a person. */
export interface Terminal {
  /** Undefined where it does not tell. */
  size(): { readonly columns: number; readonly rows: number } | undefined
  /** Calls at each change of the size, until what it returns is called. */
  onResize(listener: () => void): () => void
  /** Passes keys on as they are, Ctrl-C among them, until what it returns is called. */
  enterRaw(): () => void
  /** Leaves Ctrl-C to a program that has the terminal now, until what it returns is called. */
  yieldInterrupts(): () => void
}

/** Where the bytes of a command come from and go to. */
export interface CommandStreams {
  /** What it reads; nothing when absent. */
  readonly input?: Readable
  readonly output: Writable
  /** On a terminal it stays silent: errors go where output goes. */
  readonly errors: Writable
  /** The terminal that all of them are, where a person looks and types. */
  readonly terminal?: Terminal
}

/** A command in a container whose streams are passed on as they come. */
export interface AttachRequest extends ContainerRef {
  /** Program and arguments; joins what the container itself runs when absent. */
  readonly command?: readonly string[]
  readonly streams: CommandStreams
  readonly signal: AbortSignal
}

/** Which port of a pod is brought here. */
export interface PortForwardRequest {
  readonly namespace?: string
  readonly pod: string
  /** Of the pod. */
  readonly port: number
  /** On 127.0.0.1; any free one when absent. */
  readonly localPort?: number
}

/** A local port whose connections end in a pod. */
export interface PortForward {
  readonly localPort: number
  close(): Promise<void>
}

/** One thing that somebody wants to do. */
export interface AccessQuestion {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string
  /** Empty for core kinds. */
  readonly group: string
  /** Plural, such as `deployments`. */
  readonly resource: string
  readonly subresource?: string
  /** All namespaces when absent. */
  readonly namespace?: string
  readonly name?: string
}

/**
 * Speaks to one API server. Every request has a deadline, reads are repeated when a connection fails, and what fails rejects
 * with a `ClusterError`, which `explainClusterError` puts into words.
 */
export interface ClusterClient {
  /** Name of the kubeconfig's context, or `in-cluster`. */
  readonly context: string
  /** Base URL of the API server. */
  readonly server: string
  /** Where objects go whose namespace nobody says: of the context, or as `-n` said. */
  readonly namespace: string
  /** Undefined when there is no such object; a kind that is not served is a `no-such-kind`. */
  get(ref: ObjectRef): Promise<LiveObject | undefined>
  /** Reads page by page; all items are of one state of the cluster. */
  list(query: ListQuery, options?: PageOptions): Promise<ObjectList>
  /** The same a page at a time, for those who keep little of each object; `gone` where it must begin anew. */
  pages(query: ListQuery, options?: PageOptions): AsyncIterable<ObjectList>
  /** Server-side apply with strict field validation. Fields of other managers are a `conflict` unless `force`. */
  apply(object: KubernetesObject, options?: ApplyOptions): Promise<LiveObject>
  /** A `conflict` where an object of that name is there. */
  create(object: KubernetesObject, options?: WriteOptions): Promise<LiveObject>
  /** Replaces; a `conflict` where `metadata.resourceVersion` is given and no longer the newest. */
  update(object: KubernetesObject, options?: WriteOptions): Promise<LiveObject>
  /** JSON merge patch (RFC 7386); a `conflict` as with `update`. */
  patch(ref: ObjectRef, mergePatch: object, options?: WriteOptions): Promise<LiveObject>
  /** False when there was no such object. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>
  /**
   * The changes after a version, until the server ends the watch, which is no error, or `signal` fires. A version that the
   * server no longer has rejects as `gone`, a broken connection at once. For a lasting view take `startReflector`.
   */
  watch(query: ListQuery, options: WatchOptions): AsyncIterable<WatchEvent>
  /** Lines without their ends. A line beyond 1 MiB comes in pieces. */
  logs(query: ContainerLogQuery): AsyncIterable<string>
  exec(request: ExecRequest): Promise<ExecResult>
  /** Resolves to the exit code, which is 0 where the server does not tell that of what was joined. */
  attach(request: AttachRequest): Promise<number>
  portForward(request: PortForwardRequest): Promise<PortForward>
  /** Whether the server has the kind. Remembered for a while. */
  serves(apiVersion: string, kind: string): Promise<boolean>
  /** Whether whoever this client speaks as may do it. */
  mayI(question: AccessQuestion): Promise<boolean>
  /** Version of the API server, such as `v1.36.3`. */
  serverVersion(): Promise<string>
  /** Ends every request, watch and forwarded port. */
  close(): Promise<void>
}

/** Which cluster is meant, as kubectl's users say it. */
export interface ClusterChoice {
  /** `--kubeconfig`: takes the place of `KUBECONFIG` and of `~/.kube/config`. */
  readonly kubeconfig?: string
  /** `--context`: the kubeconfig's current one when absent. */
  readonly context?: string
  /** `-n`: the context's when absent. */
  readonly namespace?: string
}

/** What went wrong, as a program sees it. */
export type ClusterErrorReason =
  /** No connection, or it broke. */
  | 'unreachable'
  /** The server's certificate does not hold, or it does not take the client's. */
  | 'certificate'
  /** The server does not know who asks: an expired or wrong token. */
  | 'unauthorized'
  /** The server knows who asks, who may not. */
  | 'forbidden'
  | 'not-found'
  /** The server does not have the kind: a definition is absent or was deleted. */
  | 'no-such-kind'
  /** The object is there already, is another version, or has fields of another manager. */
  | 'conflict'
  /** The object breaks its kind's rules. */
  | 'invalid'
  /** A ResourceQuota has no room for it. */
  | 'quota'
  /** An admission webhook or policy refuses it, or cannot be asked. */
  | 'admission'
  /** The version that was asked for is no longer kept. */
  | 'gone'
  | 'too-many-requests'
  | 'timeout'
  /** The caller's signal fired, or the client was closed. */
  | 'cancelled'
  | 'internal'

/** A field, and what is the matter with it. */
export interface FieldProblem {
  /** Such as `spec.template.spec.containers[0].image`. */
  readonly field: string
  readonly message: string
  /** Who owns it, for a `conflict` of managers. */
  readonly manager?: string
}
