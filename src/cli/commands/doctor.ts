import type { Command } from '../command.ts'
import { fleetFileArgument, placeOptions } from './shared.ts'

/** `fairlead doctor` */
export const doctor: Command = {
  name: 'doctor',
  section: 'Look at it',
  summary: 'Look for what keeps a Fleet from serving, or would, and say how to mend it',
  description:
    'Looks at one thing after the other, in the order in which one needs the other: this machine, the Docker host or the cluster, and the Fleet where it runs. What does not hold is told with what was found, why it matters and the command that mends it. Changes nothing. Exit code 2 when a check fails.',
  arguments: [fleetFileArgument],
  options: [
    ...placeOptions,
    {
      name: 'output',
      short: 'o',
      value: 'DIR',
      description: 'folder of the Compose project; the current one when absent',
      completes: 'file',
    },
    {
      name: 'prove',
      description: 'send real requests through the gateway too, and see whether what is configured happens',
    },
    {
      name: 'gateway',
      value: 'URL',
      description: 'the gateway for --prove; the running Fleet’s own when absent',
    },
    { name: 'admin', value: 'URL', description: 'its /metrics and /admin; one port up when absent' },
    {
      name: 'why',
      value: 'WHAT',
      choices: ['slow', 'oom', 'loading'],
      description: 'rank instead the causes of a running Fleet being slow, out of memory or not up',
    },
    {
      name: 'install-plan',
      description: 'print instead what has to be installed in the cluster, pinned and in order',
    },
    { name: 'all', description: 'show also what there is nothing to look at for' },
    { name: 'strict', description: 'exit code 2 for warnings too' },
  ],
  examples: [
    { command: 'fairlead doctor', what: 'whether ./fleet.yaml can run where it says' },
    { command: 'fairlead doctor fleet.yaml --target compose --output deploy', what: 'on a Docker host' },
    { command: 'fairlead doctor --why slow', what: 'causes in order, each with the line to change and what it does' },
    { command: 'fairlead doctor --prove', what: 'whether prefix cache, routing and hand-over happen' },
    { command: 'fairlead doctor --install-plan --target kserve', what: 'the steps that come before `apply`' },
    { command: 'fairlead doctor --json', what: 'for programs' },
  ],
  reports: true,
  load: async () => (await import('../handlers/doctor.ts')).doctor,
}
