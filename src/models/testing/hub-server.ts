import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What goes wrong with one request for content. */
export type Fault =
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'stall'; readonly afterBytes: number }
  | { readonly kind: 'trickle' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'other-range' }

/** A request as the servers saw it. */
export interface SeenRequest {
  readonly server: 'hub' | 'cdn'
  readonly method: string
  readonly path: string
  readonly range: string | undefined
  readonly ifRange: string | undefined
  readonly authorization: string | undefined
  /** Bytes of content that were sent; grows while it is answered. */
  sentBytes: number
}

/** A repository on the hub. */
export interface HubRepository {
  readonly commit: string
  readonly files: Map<string, Buffer>
  /** Asks for this token; the licence counts as accepted by whoever has it. */
  readonly gatedBy?: string
}

const known = new WeakMap<Buffer, { readonly md5: string; readonly sha256: string }>()

/** A file's checksums, taken once. */
function checksums(content: Buffer): { readonly md5: string; readonly sha256: string } {
  const taken = known.get(content) ?? {
    md5: createHash('md5').update(content).digest('hex'),
    sha256: createHash('sha256').update(content).digest('hex'),
  }
  known.set(content, taken)
  return taken
}

/** Waits until a response takes more, or its connection is gone. */
async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = (): void => resolve()
  response.on('drain', done).on('close', done)
  await promise
  response.off('drain', done).off('close', done)
}

/**
 * A Hugging Face hub and its content network on two ports of loopback. Headers and statuses as huggingface_hub 2.4 reads
 * them (`get_hf_file_metadata`, `hf_raise_for_status`): `/resolve/` redirects to the content network with `X-Linked-Etag`
 * (SHA-256), `X-Linked-Size` and `X-Repo-Commit`; refusals carry `X-Error-Code`.
 */
export class HubServer {
  readonly repositories = new Map<string, HubRepository>()
  readonly seen: SeenRequest[] = []
  /** Faults of content requests, asked with their number from 0 on. */
  fault: (request: SeenRequest, index: number) => Fault | undefined = () => undefined
  /** Set to false for a content network that names no version of its files. */
  sendsEtag = true
  /** Bytes a second of each content response; unlimited when undefined. */
  bytesPerSecond: number | undefined
  /** Set to false for a server that always sends the whole file. */
  servesParts = true
  /** Set to send whole files without their length. */
  isChunked = false
  /** Overrides the length that the hub announces. */
  announcedBytes: number | undefined
  /** Set to false for a hub that does not know how long its files are. */
  announcesLength = true
  /** Redirects before the content is reached; each changes the origin. */
  redirects = 1
  #contentRequests = 0
  readonly #hub: Server
  readonly #cdn: Server

  private constructor() {
    this.#hub = createServer((request, response) => void this.#answerHub(request, response))
    this.#cdn = createServer((request, response) => {
      this.#answerContent(request, response).catch(() => response.destroy())
    })
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer()
    for (const one of [server.#hub, server.#cdn]) {
      one.listen(0, '127.0.0.1')
      await once(one, 'listening')
    }
    return server
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`
  }

  get #cdnEndpoint(): string {
    return `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}`
  }

  get contentRequests(): readonly SeenRequest[] {
    return this.seen.filter(({ server, method }) => server === 'cdn' && method === 'GET')
  }

  get sentBytes(): number {
    return this.contentRequests.reduce((sum, request) => sum + request.sentBytes, 0)
  }

  add(repository: string, files: Readonly<Record<string, Buffer>>, gatedBy?: string): void {
    this.repositories.set(repository, {
      commit: createHash('sha1').update(repository).digest('hex'),
      files: new Map(Object.entries(files)),
      ...(gatedBy === undefined ? {} : { gatedBy }),
    })
  }

  async stop(): Promise<void> {
    for (const one of [this.#hub, this.#cdn]) {
      one.closeAllConnections()
      one.close()
      await once(one, 'close')
    }
  }

  #note(server: 'hub' | 'cdn', request: IncomingMessage): SeenRequest {
    const seen = {
      server,
      method: request.method ?? '',
      path: request.url ?? '',
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      authorization: request.headers.authorization,
      sentBytes: 0,
    }
    this.seen.push(seen)
    return seen
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    const seen = this.#note('hub', request)
    const refuse = (status: number, code: string): void => {
      response.writeHead(status, { 'x-error-code': code }).end()
    }
    const [, name, revision = '', file] =
      /^\/(?:api\/models\/)?([^/]+\/[^/]+)\/(?:resolve|revision)\/([^/]+)(?:\/(.+))?$/.exec(seen.path) ?? []
    const repository = name === undefined ? undefined : this.repositories.get(name)
    if (repository === undefined) return refuse(401, 'RepoNotFound')
    if (repository.gatedBy !== undefined && seen.authorization !== `Bearer ${repository.gatedBy}`) {
      return refuse(seen.authorization === undefined ? 401 : 403, 'GatedRepo')
    }
    if (revision !== 'main' && revision !== repository.commit) return refuse(404, 'RevisionNotFound')
    if (file === undefined) {
      const siblings = [...repository.files.keys()].map((rfilename) => ({ rfilename, size: 1 }))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ id: name, sha: repository.commit, gated: false, siblings }))
      return undefined
    }
    const content = repository.files.get(decodeURIComponent(file))
    if (content === undefined) return refuse(404, 'EntryNotFound')
    response
      .writeHead(302, {
        location: `${this.#cdnEndpoint}/${name}/${file}?hop=${this.redirects}`,
        'x-repo-commit': repository.commit,
        ...(this.announcesLength ? { 'x-linked-size': String(this.announcedBytes ?? content.length) } : {}),
        'x-linked-etag': `"${checksums(content).sha256}"`,
      })
      .end()
    return undefined
  }

  async #answerContent(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = this.#note('cdn', request)
    const url = new URL(seen.path, this.#cdnEndpoint)
    const hop = Number(url.searchParams.get('hop'))
    if (hop > 1) {
      response.writeHead(307, { location: `${url.pathname}?hop=${hop - 1}` }).end()
      return
    }
    const [, name = '', file = ''] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(url.pathname) ?? []
    const content = this.repositories.get(name)?.files.get(decodeURIComponent(file))
    if (content === undefined) {
      response.writeHead(404).end()
      return
    }
    const fault = this.fault(seen, this.#contentRequests)
    this.#contentRequests += 1
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end()
      return
    }
    const body = this.#writeHead(seen, response, content, fault)
    await this.#send(seen, response, body, fault)
  }

  #writeHead(seen: SeenRequest, response: ServerResponse, content: Buffer, fault: Fault | undefined): Buffer {
    const etag = `"${checksums(content).md5}"`
    const common = { 'accept-ranges': 'bytes', ...(this.sendsEtag ? { etag } : {}) }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(seen.range ?? '') ?? []
    const isCurrent = seen.ifRange === undefined || seen.ifRange === etag
    if (first === undefined || last === undefined || !isCurrent || !this.servesParts) {
      response.writeHead(200, { ...common, ...(this.isChunked ? {} : { 'content-length': content.length }) })
      return content
    }
    const start = Number(first) + (fault?.kind === 'other-range' ? 1 : 0)
    const end = Math.min(Number(last) + 1, content.length)
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` })
      return Buffer.alloc(0)
    }
    response.writeHead(206, {
      ...common,
      'content-range': `bytes ${start}-${end - 1}/${content.length}`,
      'content-length': end - start,
    })
    return content.subarray(start, end)
  }

  async #send(seen: SeenRequest, response: ServerResponse, body: Buffer, fault: Fault | undefined): Promise<void> {
    const chunkBytes = 16_384
    const limit = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.afterBytes : Infinity
    for (let offset = 0; offset < body.length && !response.destroyed;) {
      const size = fault?.kind === 'trickle' ? 1 : Math.min(chunkBytes, limit - offset)
      if (size <= 0) break
      const chunk = body.subarray(offset, offset + size)
      if (!response.write(chunk)) await drained(response)
      seen.sentBytes += chunk.length
      offset += chunk.length
      if (fault?.kind === 'trickle') await delay(20)
      else if (this.bytesPerSecond !== undefined) await delay((chunk.length / this.bytesPerSecond) * 1000)
    }
    if (fault?.kind === 'stall') await once(response, 'close')
    if (fault?.kind === 'cut') {
      // Let what was written leave before the connection breaks.
      await delay(20)
      response.destroy()
      return
    }
    response.end()
  }
}
