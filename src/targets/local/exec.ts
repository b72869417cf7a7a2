import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readlink } from 'node:fs/promises'
import { UserError } from '../../errors/index.ts'
import { isAlive } from '../../files/index.ts'
import type { Environment } from '../../files/index.ts'
import type { ExecRequest, Target } from '../contract.ts'
import { readState } from './read-state.ts'
import { stateFolderOf } from './state-folder.ts'

/** Codes of a shell for a program that is not there, may not run, or ended by a signal (POSIX.1-2017, 2.8.2). */
const [notFound, notExecutable, signalled] = [127, 126, 128]
const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** Runs a command in the folder and with the environment of a replica’s process, beside it: nothing separates them here. */
export async function execBeside(fleet: string, environment: Environment, request: ExecRequest): Promise<number> {
  const { command, streams, signal, onChosen } = request
  const { id, pid } = await processOf(fleet, request.subject, environment)
  const surroundings = await surroundingsOf(pid, id)
  onChosen?.(id)
  const [program = '', ...args] = command
  // A terminal is handed on, so that the program has it; Ctrl-C reaches it from there.
  const isTerminal = streams.terminal !== undefined
  const takeBack = streams.terminal?.yieldInterrupts()
  const child = spawn(program, args, {
    ...surroundings,
    stdio: isTerminal ? 'inherit' : ['pipe', 'pipe', 'pipe'],
    ...(isTerminal ? {} : { signal }),
  })
  child.stdout?.pipe(streams.output, { end: false })
  child.stderr?.pipe(streams.errors, { end: false })
  child.stdin?.on('error', () => undefined)
  if (child.stdin !== null) {
    if (streams.input === undefined) child.stdin.end()
    else streams.input.pipe(child.stdin)
  }
  try {
    const [code, name] = (await once(child, 'close')) as [number | null, string | null]
    return code ?? signalled + (signalNumbers[name ?? ''] ?? 0)
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'EACCES') throw error
    streams.errors.write(`${program}: ${code === 'ENOENT' ? 'not found' : 'permission denied'}\n`)
    return code === 'ENOENT' ? notFound : notExecutable
  } finally {
    takeBack?.()
    if (child.stdin !== null) streams.input?.unpipe(child.stdin).pause()
  }
}

async function processOf(
  fleet: string,
  subject: string,
  environment: Environment,
): Promise<{ readonly id: string; readonly pid: number }> {
  const stored = await readState(stateFolderOf(environment, fleet))
  if (stored.kind !== 'state') {
    throw new UserError({
      what: `Fleet “${fleet}” does not run on this machine`,
      mend: 'Start it:',
      command: 'fairlead up',
    })
  }
  const { gateway, replicas } = stored.state
  const named =
    subject === 'gateway'
      ? [{ id: 'gateway', state: gateway?.state ?? 'stopped', process: gateway?.process ?? null }]
      : replicas
          .filter(({ id, model }) => id === subject || model === subject)
          .map(({ id, state, process: own, engineProcess }) => ({ id, state, process: engineProcess ?? own }))
  if (named.length === 0) {
    const known = [...new Set(replicas.flatMap(({ model, id }) => [model, id])), 'gateway']
    throw new UserError({
      what: `Fleet “${fleet}” has no replica or model “${subject}”`,
      mend: `There are ${known.join(', ')}.`,
    })
  }
  const living = named.filter((each) => each.process !== null && isAlive(each.process))
  const chosen = living.find(({ state }) => state === 'ready') ?? living[0]
  const pid = chosen?.process?.pid
  if (chosen === undefined || pid === undefined) {
    throw new UserError({
      what: `No process of ${subject} runs`,
      mend: 'Why, its log says:',
      command: `fairlead logs ${subject} --fleet ${fleet}`,
    })
  }
  return { id: chosen.id, pid }
}

/** Folder and environment of a process (proc_pid_cwd(5), proc_pid_environ(5)): as it was started, its secrets among them. */
async function surroundingsOf(
  pid: number,
  id: string,
): Promise<{ readonly cwd: string; readonly env: NodeJS.ProcessEnv }> {
  try {
    const [cwd, variables] = await Promise.all([readlink(`/proc/${pid}/cwd`), readFile(`/proc/${pid}/environ`, 'utf8')])
    const pairs = variables
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
    return { cwd, env: Object.fromEntries(pairs) }
  } catch (cause) {
    throw new UserError({
      what: `The environment of ${id} cannot be read`,
      why:
        process.platform === 'linux'
          ? `Process ${pid} is another user’s, or has just ended.`
          : 'This system does not tell the environment of a process; Linux does.',
      mend: 'It runs on this machine: run the command in a shell of your own.',
      cause,
    })
  }
}

/** On this machine there are tools already. */
export const debugHere: Target['debug'] = async (fleet, _environment, { subject }) => {
  throw new UserError({
    what: 'Target local has no containers to start one beside',
    why: 'Engines are processes of this machine, whose tools reach them as they are.',
    mend: 'Run a tool in the engine’s environment with exec, or read its log with logs.',
    command: `fairlead exec ${subject} --fleet ${fleet}`,
  })
}
