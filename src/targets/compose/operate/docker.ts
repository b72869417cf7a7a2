import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Environment } from '../../../files/index.ts'
import type { CommandStreams } from '../../contract.ts'
import { explainDockerFailure, explainMissingDocker } from './docker-errors.ts'

/** Older ones print `ps --format json` as one array and know no `start_interval`. */
const oldestCompose = [2, 24] as const
/** Output of one command that is kept; a project of a thousand containers prints about 2 MB. */
const outputLimitBytes = 32 * 2 ** 20

/** How a command is run. */
export interface DockerOptions {
  /** Folder of the project; that of this process when absent. */
  readonly folder?: string
  readonly input?: string
  readonly signal?: AbortSignal
  /** Sees each line of standard error as it comes: Compose tells its progress there. */
  readonly onProgress?: (line: string) => void
}

/** The command `docker` and its plugin Compose. */
export class Docker {
  readonly #environment: Environment
  #checked: Promise<void> | undefined

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /**
   * Runs a command to its end and gives what it printed.
   * @throws UserError for what it fails with
   */
  async run(args: readonly string[], options: DockerOptions = {}): Promise<string> {
    await (this.#checked ??= this.#checkVersion())
    return this.#run(args, options)
  }

  /** Runs a command and gives its lines as they come, until it ends or the signal fires. */
  async *lines(args: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
    await (this.#checked ??= this.#checkVersion())
    const child = this.#start(args, { signal })
    const ended = endOf(child)
    // Somebody else waits for it below.
    ended.catch(() => undefined)
    const errors = collect(child.stderr)
    try {
      if (child.stdout !== null) yield* createInterface({ input: child.stdout })
      const code = await ended
      if (code !== 0 && !signal.aborted) throw explainDockerFailure(args, code, errors())
    } catch (error) {
      if (!signal.aborted) throw asUserError(error)
    } finally {
      child.kill()
    }
  }

  /**
   * Runs a command whose streams are passed on, and resolves to its exit code. A terminal is handed on as it is: `docker` itself
   * passes keys and sizes on.
   */
  async passThrough(args: readonly string[], streams: CommandStreams, signal: AbortSignal): Promise<number> {
    await (this.#checked ??= this.#checkVersion())
    const { input, output, errors, terminal } = streams
    const takeBack = terminal?.yieldInterrupts()
    const child = spawn('docker', [...args], {
      env: { ...this.#environment },
      stdio: terminal === undefined ? ['pipe', 'pipe', 'pipe'] : 'inherit',
      ...(terminal === undefined ? { signal } : {}),
    })
    child.stdout?.pipe(output, { end: false })
    child.stderr?.pipe(errors, { end: false })
    child.stdin?.on('error', () => undefined)
    if (input === undefined) child.stdin?.end()
    else if (child.stdin !== null) input.pipe(child.stdin)
    try {
      return (await endOf(child)) ?? 1
    } catch (error) {
      signal.throwIfAborted()
      throw asUserError(error)
    } finally {
      takeBack?.()
      if (child.stdin !== null) input?.unpipe(child.stdin).pause()
    }
  }

  #start(args: readonly string[], { folder, signal }: DockerOptions): ChildProcess {
    return spawn('docker', [...args], {
      env: { ...this.#environment, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', COMPOSE_MENU: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(folder === undefined ? {} : { cwd: folder }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  async #run(args: readonly string[], options: DockerOptions): Promise<string> {
    const { input = '', signal, onProgress } = options
    const child = this.#start(args, options)
    const output = collect(child.stdout)
    const errors = collect(child.stderr)
    if (onProgress !== undefined && child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => onProgress(line.trim()))
    }
    child.stdin?.on('error', () => undefined).end(input)
    let code: number | null
    try {
      code = await endOf(child)
    } catch (error) {
      signal?.throwIfAborted()
      throw asUserError(error)
    }
    signal?.throwIfAborted()
    if (code !== 0) throw explainDockerFailure(args, code, errors())
    return output()
  }

  async #checkVersion(): Promise<void> {
    const text = await this.#run(['compose', 'version', '--short'], {})
    const [major = 0, minor = 0] = text
      .trim()
      .replace(/^v/, '')
      .split('.')
      .map((part) => Number.parseInt(part, 10))
    const [leastMajor, leastMinor] = oldestCompose
    if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
    throw explainMissingDocker({ kind: 'old', version: text.trim(), oldest: oldestCompose.join('.') })
  }
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

function collect(stream: ChildProcess['stdout']): () => string {
  const parts: Buffer[] = []
  let bytes = 0
  stream?.on('data', (part: Buffer) => {
    bytes += part.length
    if (bytes <= outputLimitBytes) parts.push(part)
  })
  return () => Buffer.concat(parts).toString('utf8')
}

function asUserError(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'EACCES' ? explainMissingDocker({ kind: 'docker' }) : error
}
