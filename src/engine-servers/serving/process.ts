import { exitCodes, UserError } from '../../errors/index.ts'
import { startServer, type RunningServer, type ServerOptions } from './start-server.ts'

/** What an engine process runs. */
export interface EngineProcessOptions extends Omit<ServerOptions, 'log'> {
  /** How long running requests may go on after the first signal. */
  readonly graceMs: number
}

/**
 * The life of an engine process. `prepare` reads the command line and makes the backend; loading goes on behind `/health`.
 *
 * Once it listens it says so: one JSON line on standard output, and the same as an IPC message where there is a parent.
 * SIGTERM drains and exits 0; a second signal exits at once; so does the end of the parent's IPC channel, so that no engine
 * outlives a supervisor that was killed. A child leaves SIGINT to its parent, because Ctrl-C reaches both.
 */
export async function runEngineProcess(
  prepare: () => EngineProcessOptions | Promise<EngineProcessOptions>,
): Promise<void> {
  if (process.send !== undefined) process.once('disconnect', () => process.exit(exitCodes.failed))
  try {
    const options = await prepare()
    const server = await listen(options)
    stopOnSignals(server, options.graceMs)
    announce({ type: 'listening', host: server.host, port: server.port })
  } catch (error) {
    process.stderr.write(describe(error))
    process.exit(error instanceof UserError ? error.exitCode : exitCodes.failed)
  }
}

function announce(message: { readonly type: 'listening'; readonly host: string; readonly port: number }): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
  process.send?.(message)
}

async function listen(options: EngineProcessOptions): Promise<RunningServer> {
  try {
    return await startServer({ ...options, log: (line) => process.stderr.write(`${line}\n`) })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const address = `${options.host}:${options.port}`
    if (code === 'EADDRINUSE') {
      throw new UserError({
        what: `The port ${options.port} is taken.`,
        where: address,
        mend: 'Stop the process that listens there, or choose another port. This shows who it is:',
        command: `ss -ltnp 'sport = :${options.port}'`,
        cause: error,
      })
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new UserError({
        what: 'The engine cannot listen on this address.',
        where: address,
        why: (error as Error).message,
        mend: 'Choose an address of this machine and a port from 1024 up.',
        cause: error,
      })
    }
    throw error
  }
}

function stopOnSignals(server: RunningServer, graceMs: number): void {
  let isStopping = false
  const stop = async (exitCode: number): Promise<void> => {
    if (isStopping) process.exit(exitCode)
    isStopping = true
    await server.drain(graceMs)
    await server.close()
    process.exit(exitCodes.done)
  }
  process.on('SIGTERM', () => void stop(exitCodes.terminated))
  process.on('SIGINT', () => {
    if (!process.connected) void stop(exitCodes.interrupted)
  })
}

/** An error as lines for a person; a stack only where the fault is ours. */
function describe(error: unknown): string {
  if (!(error instanceof UserError))
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`
  const { what, where, why, mend, command } = error.parts
  const lines = [
    `error: ${what}`,
    where && `  at ${where}`,
    why && `  ${why}`,
    mend && `  ${mend}`,
    command && `    ${command}`,
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}
