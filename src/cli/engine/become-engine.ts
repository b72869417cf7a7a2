import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { ExitCode } from '../../errors/index.ts'
import type { CommandContext } from '../command.ts'
import { engineEntry, type EngineServer } from './engine-entry.ts'

/**
 * Turns this process into an engine server: the same process id, so a container's signals reach it. Where the system
 * cannot do that, a child does it, gets the signals, and ends with us.
 */
export async function becomeEngine(
  name: EngineServer,
  args: readonly string[],
  { signal, killSignal }: Pick<CommandContext, 'signal' | 'killSignal'>,
): Promise<ExitCode> {
  const command = ['--disable-warning=ExperimentalWarning', engineEntry(name), ...args]
  signal.throwIfAborted()
  if (process.platform !== 'win32') process.execve?.(process.execPath, [process.execPath, ...command], process.env)
  const child = spawn(process.execPath, command, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  killSignal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
  const [code, ended] = (await once(child, 'exit')) as [ExitCode | null, NodeJS.Signals | null]
  return code ?? ((128 + constants.signals[ended ?? 'SIGKILL']) as ExitCode)
}
