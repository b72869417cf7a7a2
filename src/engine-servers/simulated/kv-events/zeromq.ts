import type * as zeromq from 'zeromq'
import { UserError } from '../../../errors/index.ts'

/** ZeroMQ, an optional package: only who publishes KV events needs it. @throws UserError when it is not installed */
export async function loadZeroMq(): Promise<typeof zeromq> {
  try {
    return await import('zeromq')
  } catch (error) {
    throw new UserError({
      what: 'KV events are published over ZeroMQ, and the package zeromq is not there.',
      why: error instanceof Error ? error.message : String(error),
      mend: 'Install it beside Fairlead:',
      command: 'npm install zeromq@6',
      cause: error,
    })
  }
}
