import { UserError } from '../../../errors/index.ts'
import type { DebugRequest, ExecRequest } from '../../contract.ts'
import { containersOf, requireProject } from './containers.ts'
import type { Docker } from './docker.ts'

/** Runs a command in a container. */
export async function execCompose(fleet: string, request: ExecRequest, docker: Docker): Promise<number> {
  const { subject, command, streams, signal, onChosen } = request
  const found = await requireProject(fleet, docker, signal)
  const meant = containersOf(found, fleet, subject)
  const chosen =
    meant.find(({ state }) => state === 'ready') ?? meant.find(({ exitCode }) => exitCode === 0) ?? meant[0]
  if (chosen === undefined || chosen.state === 'stopped') {
    throw new UserError({
      what: `No container of ${subject} runs`,
      mend: 'Why, its log says:',
      command: `fairlead logs ${subject} --fleet ${fleet} --target compose`,
    })
  }
  onChosen?.(chosen.id)
  const { id, service } = chosen
  const index = id.slice(service.length + 1)
  const flags = streams.terminal === undefined ? ['-T'] : []
  return docker.passThrough(
    ['compose', '-p', found.project, 'exec', ...flags, '--index', index, service, ...command],
    streams,
    signal,
  )
}

/** Says what there is in place of it. */
export async function debugCompose(fleet: string, { subject }: DebugRequest, docker: Docker): Promise<number> {
  const found = await requireProject(fleet, docker)
  const [chosen] = containersOf(found, fleet, subject)
  throw new UserError({
    what: 'Target compose has no debug containers',
    why: 'Docker starts a container in the namespaces of another by itself.',
    mend: `Run a tool of the image with exec, or one of another image beside it: docker run -it --rm --pid container:${chosen?.name ?? subject} --network container:${chosen?.name ?? subject} IMAGE`,
    command: `fairlead exec ${subject} --fleet ${fleet} --target compose`,
  })
}
