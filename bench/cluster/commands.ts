import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The command itself. */
export const fairlead = join(import.meta.dirname, '..', '..', 'bin', 'fairlead.js')

/** What a command took and printed. */
export interface Ran {
  readonly seconds: number
  readonly stdout: string
}

/**
 * Runs `fairlead` as a person does.
 * @throws Error with what it said, for an exit code that is not among `codes`
 */
export async function runFairlead(args: readonly string[], codes: readonly number[] = [0]): Promise<Ran> {
  const beganAt = performance.now()
  const child = spawn(process.execPath, [fairlead, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, errors]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => void out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void errors.push(text))
  const ended = Promise.withResolvers<number | null>()
  child.once('error', ended.reject).once('close', ended.resolve)
  const code = await ended.promise
  const seconds = (performance.now() - beganAt) / 1_000
  if (code !== null && codes.includes(code)) return { seconds, stdout: out.join('') }
  throw new Error(`fairlead ${args.join(' ')} ended with ${code}: ${errors.join('').slice(-2_000)}`)
}
