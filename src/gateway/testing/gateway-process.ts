import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Those of Node that a gateway is started with. */
const collectorFlags = createRequire(import.meta.url)('../../../bin/collector-flags.json') as readonly string[]

/** A gateway as a process of its own. */
export interface GatewayProcess {
  readonly child: ChildProcess
  readonly port: number
  readonly adminPort: number
  readonly url: string
  readonly adminUrl: string
  /** What it has written so far. */
  output(): string
  /** Sends the signal, and resolves once it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>
}

/** Starts one for a Fleet file, on `ports` or free ones; resolves once it listens. */
export async function startGatewayProcess(
  fleetFile: string,
  ports: { readonly port?: number; readonly adminPort?: number } = {},
  node: { readonly args?: readonly string[]; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<GatewayProcess> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const listen = ['--port', String(ports.port ?? 0), '--admin-port', String(ports.adminPort ?? 0)]
  const child = spawn(
    process.execPath,
    [...collectorFlags, ...(node.args ?? []), main, '--fleet', fleetFile, ...listen],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...node.environment },
    },
  )
  let text = ''
  const keep = (data: Buffer) => (text = (text + data.toString()).slice(-1_000_000))
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  // What it wrote last may come after its exit.
  const exited = once(child, 'close')
  const first = await Promise.race([once(child, 'message'), exited.then(() => null)])
  if (first === null) throw new Error(`the gateway did not start: ${text}`)
  const [message] = first as [{ readonly listen: { readonly port: number }; readonly admin: { readonly port: number } }]
  return {
    child,
    port: message.listen.port,
    adminPort: message.admin.port,
    url: `http://127.0.0.1:${message.listen.port}`,
    adminUrl: `http://127.0.0.1:${message.admin.port}`,
    output: () => text,
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await exited
    },
  }
}
