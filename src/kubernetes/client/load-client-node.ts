import type * as clientNode from '@kubernetes/client-node'
import { UserError } from '../../errors/index.ts'

/** The package `@kubernetes/client-node`, which only this file loads. */
export type ClientNode = typeof clientNode

/**
 * Loads the package `@kubernetes/client-node`, an optional peer: only who speaks to a cluster from outside needs it.
 * @throws {UserError} with the command that installs it, when it is not there or does not load
 */
export async function loadClientNode(
  load: () => Promise<ClientNode> = () => import('@kubernetes/client-node'),
): Promise<ClientNode> {
  try {
    return await load()
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    throw new UserError({
      what: 'Reading a kubeconfig needs the package @kubernetes/client-node.',
      why: isAbsent
        ? 'It is an optional part, and it is not installed.'
        : `It is installed and does not load: ${error instanceof Error ? error.message : 'for no reason that it tells'}`,
      mend: 'Install it beside fairlead. Without it, `fairlead render` writes the objects for kubectl apply.',
      command: 'npm install @kubernetes/client-node@2.0.1',
      cause: error,
    })
  }
}
