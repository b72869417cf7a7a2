import { UserError } from '../../errors/index.ts'
import type { Target } from '../contract.ts'
import { describeTargetContract } from '../testing/contract-suite.ts'
import { Sandbox } from './testing/sandbox.ts'

/** The target, with each supervisor in a process of its own, as `fairlead up` is: `delete` ends that process. */
function overProcesses(sandbox: Sandbox): Target {
  return {
    ...sandbox.target,
    async apply(source, { signal, progress, onReady }) {
      const { child, ready, ended } = sandbox.up(source)
      const stop = () => child.kill('SIGTERM')
      signal.addEventListener('abort', stop, { once: true })
      progress.step('Starting')
      try {
        onReady?.(await ready)
      } catch (error) {
        // The process told its mistake over IPC, as text.
        throw new UserError({
          what: error instanceof Error ? error.message : String(error),
          mend: 'Told by the process.',
        })
      }
      await ended
    },
  }
}

// Real processes under a real supervisor; engines and gateway are the small ones of the tests of this folder.
describeTargetContract({
  name: 'local',
  cannot: ['scale', 'rollback'],
  create: async () => {
    const sandbox = new Sandbox()
    return {
      target: overProcesses(sandbox),
      environment: sandbox.environment,
      source: (replicas) => sandbox.fleet({ models: [{ name: 'small', engine: 'simulated', replicas }] }),
      close: () => sandbox.close(),
    }
  },
})
