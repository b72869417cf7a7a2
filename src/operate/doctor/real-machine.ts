import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { lookup } from 'node:dns/promises'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { Environment } from '../../files/index.ts'
import type { Answer, Machine, RunResult } from './machine.ts'

/** Programs such as docker wait long for a daemon that hangs. */
const programTimeoutMs = 30_000
const askTimeoutMs = 10_000
const outputLimitBytes = 1_048_576
/** A certificate, an `.env`. */
const textLimitBytes = 1_048_576

/** The machine that this process runs on. */
export function realMachine(environment: Environment, signal: AbortSignal): Machine {
  const findProgram = async (name: string) => {
    const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
    for (const folder of folders) {
      const path = join(folder, name)
      if (await can(path, constants.X_OK)) return path
    }
    return undefined
  }
  return {
    nodeVersion: process.versions.node,
    cores: availableParallelism(),
    // Counts what the kernel can free and the limit of a container (Node's documentation, process.availableMemory).
    availableMemoryBytes: process.availableMemory(),
    freeDiskBytes,
    whyTaken,
    findProgram,
    run: async (name, args, { cwd } = {}) => {
      const program = await findProgram(name)
      return program === undefined ? undefined : runProgram(program, args, { environment, signal, cwd })
    },
    ask: (url, headers = {}) => ask(url, headers, signal),
    isThere: (path) => can(path, constants.F_OK),
    readText: async (path) => {
      const size = await stat(path).then(
        (found) => found.size,
        () => Infinity,
      )
      return size > textLimitBytes ? undefined : readFile(path, 'utf8').catch(() => undefined)
    },
    lookUp: async (host) => (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address),
  }
}

const can = (path: string, mode: number) =>
  access(path, mode).then(
    () => true,
    () => false,
  )

async function freeDiskBytes(path: string): Promise<number | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined)
    if (found !== undefined) return found.bavail * found.bsize
    if (dirname(at) === at) return undefined
  }
}

function whyTaken(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  return promise
}

interface ProgramContext {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly cwd: string | undefined
}

function runProgram(
  program: string,
  args: readonly string[],
  { environment, signal, cwd }: ProgramContext,
): Promise<RunResult> {
  const { promise, resolve } = Promise.withResolvers<RunResult>()
  const options = {
    env: { ...environment },
    timeout: programTimeoutMs,
    maxBuffer: outputLimitBytes,
    signal,
    ...(cwd === undefined ? {} : { cwd }),
  }
  execFile(program, [...args], options, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
    const why =
      error === null || code !== null
        ? ''
        : error.killed === true
          ? `no answer within ${programTimeoutMs / 1000} s`
          : error.message
    resolve({ code, stdout, stderr: stderr === '' ? why : stderr })
  })
  return promise
}

async function ask(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]),
    })
    const body = await response.text()
    return { status: response.status, body: body.slice(0, outputLimitBytes) }
  } catch (error) {
    const { message, cause } = error as Error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
    return { problem: code ?? message }
  }
}
