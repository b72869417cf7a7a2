import type { RestartRequest, WorkContext } from '../../contract.ts'
import { containersOf, requireProject } from './containers.ts'
import type { Docker } from './docker.ts'
import { untilReady } from './wait-ready.ts'

/** Restarts containers one after the other, each once the one before serves: engines first, then the gateway. */
export async function restartCompose(
  fleet: string,
  { subject }: RestartRequest,
  context: WorkContext,
  docker: Docker,
): Promise<readonly string[]> {
  const { signal, progress } = context
  const found = await requireProject(fleet, docker, signal)
  const meant = containersOf(found, fleet, subject).toSorted((a, b) => Number(a.isGateway) - Number(b.isGateway))
  for (const { id, name } of meant) {
    const step = progress.step(`Restart ${id}`)
    try {
      await docker.run(['restart', name], { signal })
      step.succeed()
    } catch (error) {
      step.fail('failed')
      throw error
    }
    await untilReady(fleet, docker, context, (container) => container.id === id)
  }
  return meant.map(({ id }) => id)
}
