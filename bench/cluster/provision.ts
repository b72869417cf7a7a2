import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '..', '..', 'scripts', 'kubernetes')

/** What a script builds unless it is there: the last line that it prints, a path. */
async function built(script: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(folder, script), ...args])
  return stdout.trim().split('\n').at(-1) ?? ''
}

/** The folder with the binaries of a Kubernetes control plane. */
export const provisionKubernetes = (): Promise<string> => built('provision.js')

/** The program kwok. */
export const provisionKwok = (): Promise<string> => built(join('checkers', 'provision.js'), 'kwok')
