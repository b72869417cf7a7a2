import type * as zeromq from 'zeromq'
import { UserError } from '../../errors/index.ts'

/** The package `zeromq`, which only this file loads. */
export type Zeromq = typeof zeromq

/**
 * Loads the package `zeromq`, an optional peer: only who routes by KV cache events needs it.
 * @throws {UserError} with the command that installs it, when it is not there or does not run on this platform
 */
export async function loadZeromq(load: () => Promise<Zeromq> = () => import('zeromq')): Promise<Zeromq> {
  try {
    return await load()
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    throw new UserError({
      what: 'Routing by KV cache events needs the package zeromq.',
      why: isAbsent
        ? 'It is an optional part, and it is not installed.'
        : `It is installed and does not load: ${error instanceof Error ? error.message : 'for no reason that it tells'}`,
      mend: 'Install it beside fairlead; or leave routing by what engines say that they hold out, and prompts are routed by what was sent where.',
      command: 'npm install zeromq@6.8.0',
      cause: error,
    })
  }
}
