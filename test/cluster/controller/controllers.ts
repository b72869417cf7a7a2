import { runController, type ControllerOptions } from '../../../src/controller/index.ts'
import { connectToCluster, type ClusterClient } from '../../../src/kubernetes/index.ts'
import { createLogger } from '../../../src/observe/index.ts'

/** A controller that runs in the process of the test. */
export interface RunningController {
  /** The exposition of its metrics. */
  metrics(): Promise<string>
  /** Status of a path of its HTTP. */
  probe(path: string): Promise<number>
  /** Ends it in order. */
  stop(): Promise<void>
  /** What it logged. */
  log(): string
}

/** Runs a controller as the user of a kubeconfig. */
export async function startController(
  kubeconfig: string,
  options: Partial<ControllerOptions> & { readonly namespace: string | undefined },
  wrap: (client: ClusterClient) => ClusterClient = (client) => client,
): Promise<RunningController> {
  const stopping = new AbortController()
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } })
  const listening = Promise.withResolvers<number>()
  const running = runController({
    connect: async (namespace = options.namespace ?? 'default') =>
      wrap(await connectToCluster({ kubeconfig, namespace }, {})),
    leaseNamespace: options.namespace,
    host: '127.0.0.1',
    port: 0,
    workers: 2,
    offline: true,
    environment: {},
    logger,
    onListening: listening.resolve,
    ...options,
    signal: stopping.signal,
  })
  running.catch(listening.reject)
  const port = await listening.promise
  return {
    metrics: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    probe: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).status,
    log: () => lines.join(''),
    async stop() {
      stopping.abort()
      await running
    },
  }
}
