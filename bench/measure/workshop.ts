import { spawnSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/gateway/testing/free-port.ts'
import type { Machine } from './machine.ts'
import { onCore } from './pinning.ts'
import { startProcess, waitUntil, type Started } from './process.ts'

/** The repository. */
export const root = join(import.meta.dirname, '..', '..')
/** Engines that the mock plays, each at a port of its own. */
const engineCount = 8

/** What all measurements share: a folder, the instrument, the mock engines. */
export interface Workshop {
  readonly machine: Machine
  readonly folder: string
  /** The compiled instrument, bench/tool. */
  readonly tool: string
  readonly mock: Started
  readonly enginePorts: readonly number[]
  freePort(): Promise<number>
  /** Starts a process that `close` ends. */
  start(name: string, command: readonly string[], environment?: NodeJS.ProcessEnv): Started
  close(): Promise<void>
}

/** Builds the instrument and starts the mock engines. */
export async function openWorkshop(machine: Machine): Promise<Workshop> {
  const tool = buildTool()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  const started: Started[] = []
  const start: Workshop['start'] = (name, command, environment) => {
    const logFile = join(folder, `${name}.log`)
    const one = startProcess(name, command, environment === undefined ? { logFile } : { logFile, environment })
    started.push(one)
    return one
  }
  const close = async () => {
    await Promise.all(started.map((one) => one.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const enginePorts = await Promise.all(Array.from({ length: engineCount }, freePort))
    const mock = start('mock', onCore(machine, machine.loadCore, [tool, 'mock', '--ports', enginePorts.join(',')]))
    const log = join(folder, 'mock.log')
    const isReady = await waitUntil(async () => readFileSync(log, 'utf8').includes('ready') || !mock.isAlive())
    if (!isReady || !mock.isAlive()) throw new Error(`the mock engines did not start: ${readFileSync(log, 'utf8')}`)
    return { machine, folder, tool, mock, enginePorts, freePort, start, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Compiles the instrument after its own tests have passed; both are kept by Go's cache. */
function buildTool(): string {
  const source = join(root, 'bench', 'tool')
  const output = join(root, '.cache', 'bench', 'tool')
  mkdirSync(join(root, '.cache', 'bench'), { recursive: true })
  for (const args of [
    ['test', './...'],
    ['build', '-o', output, '.'],
  ]) {
    const { status, error, stdout, stderr } = spawnSync('go', args, { cwd: source, encoding: 'utf8' })
    if (error !== undefined) throw new Error('bench/tool is compiled with Go 1.22 or newer, which is not on PATH')
    if (status !== 0) throw new Error(`go ${args.join(' ')} in bench/tool failed:\n${stdout}${stderr}`)
  }
  return output
}
