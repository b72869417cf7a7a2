import type { Launch } from '../../engines/contract.ts'
import { collectorFlags } from './collector-flags.ts'
import { processEntry, type ProcessEntry } from './process-entry.ts'
import type { CommandLine } from './supervisor/child.ts'

/** What the gateway's process is started with. */
export interface GatewayFlags {
  readonly fleetFile: string
  readonly stateFile: string
  readonly port: number
  readonly adminPort: number
}

/** Where engines are on this machine. */
export interface EnginePlaces {
  /** Absolute paths of the engine binaries on PATH, by name. */
  readonly binaries: ReadonlyMap<string, string>
  /** Folder of the installed engine that a server of ours runs; undefined when it needs none. */
  readonly engineFolder: string | undefined
}

/** The table of processes: which command line each of them is. */
export interface Programs {
  gateway(flags: GatewayFlags): CommandLine
  engine(launch: Launch, places: EnginePlaces): CommandLine
}

/** One of our own processes under the Node that runs us. Type stripping warns on older minor versions of Node 24. */
function ownProcess(
  entry: ProcessEntry,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): CommandLine {
  return {
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...nodeFlags, processEntry(entry), ...args],
    env,
  }
}

/** The processes that come with Fairlead. A foreign binary runs under the watchdog, which ends it when we are gone. */
export const ownPrograms: Programs = {
  gateway: ({ fleetFile, stateFile, port, adminPort }) =>
    ownProcess(
      'gateway',
      ['--fleet', fleetFile, '--port', String(port), '--admin-port', String(adminPort), '--state', stateFile],
      {},
      collectorFlags(),
    ),
  engine: ({ program, args, env }, { binaries, engineFolder }) =>
    program.kind === 'server'
      ? ownProcess(
          program.name,
          args,
          engineFolder === undefined ? env : { ...env, FAIRLEAD_ENGINE_FOLDER: engineFolder },
        )
      : ownProcess('watchdog', ['--', binaries.get(program.name) ?? program.name, ...args], env),
}
