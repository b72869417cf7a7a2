import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { logFile } from './container-task.ts'
import { streamLog } from './log-stream.ts'
import { execOver } from './exec-channels.ts'
import { forwardPort } from './port-forward.ts'
import type { PodWorker } from './pod-worker.ts'

/** What the kubelet shows to the API server, which does not verify it here. */
export interface ServingCertificate {
  readonly cert: string
  readonly key: string
}

/** What the API server asks a node for: logs of containers (`kubectl logs`), commands in them (`kubectl exec`), and ports of Pods. */
export class KubeletServer {
  readonly #server: Server
  readonly #find: (namespace: string, pod: string) => PodWorker | undefined

  constructor(find: (namespace: string, pod: string) => PodWorker | undefined, certificate: ServingCertificate) {
    this.#find = find
    this.#server = createServer({ ...certificate }, (asked, answer) => {
      this.#answer(asked, answer).catch((error: Error) => answer.destroy(error))
    })
    this.#server.on('upgrade', (asked, socket) => this.#upgrade(asked, socket))
  }

  /** Ports of Pods: `/portForward/NAMESPACE/POD?port=8080`, and commands: `/exec/NAMESPACE/POD/CONTAINER?command=ls&output=1`. */
  #upgrade(asked: IncomingMessage, socket: Duplex): void {
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'https://node')
    const [, what, namespace = '', pod = '', container = ''] = pathname.split('/').map(decodeURIComponent)
    const worker = this.#find(namespace, pod)
    const address = worker?.address
    const runner = worker?.runner(container)
    if (what === 'exec' && runner !== undefined) execOver(asked, socket, runner, searchParams)
    else if (what !== 'portForward' || address === undefined)
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
    else forwardPort(asked, socket, address, Number(searchParams.get('port')))
  }

  listen(host: string, port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(port, host, resolve)
    return promise
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(asked.url ?? '/', 'https://node')
    const [, what, namespace = '', pod = '', container = ''] = pathname.split('/').map(decodeURIComponent)
    const worker = this.#find(namespace, pod)
    const runner = worker?.runner(container)
    if (what !== 'containerLogs' || worker === undefined || runner === undefined) {
      answer.writeHead(404).end(`no ${pathname} on this node`)
      return
    }
    const start = runner.status.restartCount - (searchParams.get('previous') === 'true' ? 1 : 0)
    const signal = new AbortController()
    answer.on('close', () => signal.abort())
    await streamLog(answer, {
      file: logFile(worker.folder, container, start),
      tailLines: searchParams.has('tailLines') ? Number(searchParams.get('tailLines')) : undefined,
      isRunning: () =>
        searchParams.get('follow') === 'true' &&
        runner.status.restartCount === start &&
        runner.status.state?.terminated === undefined,
      signal: signal.signal,
    })
  }
}
