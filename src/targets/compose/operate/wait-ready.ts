import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { WorkContext } from '../../contract.ts'
import { requireProject, type Container } from './containers.ts'
import type { Docker } from './docker.ts'
import { problemOf } from './status.ts'

/** Weights of a large model take that long to come through a usual line. */
const usualTimeoutMs = 60 * 60_000
const pollMs = 500
/** As often a container may be seen to have ended before it counts as one that does not come up. */
const restartsUntilVerdict = 3

/** Whether a container is waited for: engines and the gateway. */
const isWaitedFor = ({ model, isGateway }: Container): boolean => model !== undefined || isGateway

/**
 * Waits until containers serve, with a step for each.
 * @param isMeant which of them; engines and the gateway when absent
 * @throws UserError with the first cause when one does not come up, or the time is over
 */
export async function untilReady(
  fleet: string,
  docker: Docker,
  context: WorkContext,
  isMeant: (container: Container) => boolean = isWaitedFor,
): Promise<void> {
  const { signal, progress, timeoutMs = usualTimeoutMs } = context
  const deadline = performance.now() + timeoutMs
  const steps = new Map<string, ReturnType<typeof progress.step>>()
  const ready = new Set<string>()
  const restarts = new Map<string, number>()
  const endAll = (message: string) => {
    for (const [id, step] of steps) if (!ready.has(id)) step.fail(message)
  }
  for (;;) {
    signal.throwIfAborted()
    const found = await requireProject(fleet, docker, signal)
    const meant = found.containers.filter(isMeant)
    for (const container of meant) {
      const { id, state, status } = container
      const step = steps.get(id) ?? progress.step(id)
      steps.set(id, step)
      if (state === 'ready' && !ready.has(id)) {
        ready.add(id)
        step.succeed('ready')
      } else if (state !== 'ready') step.update(status === '' ? state : status)
      if (state === 'crash-loop') restarts.set(id, (restarts.get(id) ?? 0) + 1)
    }
    if (meant.every(({ state }) => state === 'ready')) return
    const lost = meant.find(({ id, state }) => state === 'stopped' || (restarts.get(id) ?? 0) >= restartsUntilVerdict)
    const late = performance.now() >= deadline ? meant.find(({ state }) => state !== 'ready') : undefined
    const failed = lost ?? late
    if (failed !== undefined) {
      endAll(failed === lost ? 'given up' : 'not ready in time')
      const { what, why, mend, command } = await problemOf(failed, found.project, docker)
      throw new UserError({
        what:
          lost === undefined ? `${failed.id} is not ready in time: ${what}` : `${failed.id} does not come up: ${what}`,
        ...(why === undefined ? {} : { why }),
        mend:
          mend ?? 'What it says last tells why. The containers are left as they are; apply again when it is mended.',
        ...(command === undefined ? {} : { command }),
      })
    }
    await delay(pollMs, undefined, { signal })
  }
}
