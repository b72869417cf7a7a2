import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption } from './shared.ts'

/** `fairlead exec` */
export const exec: Command = {
  name: 'exec',
  section: 'Look at it',
  summary: 'Run a command where a replica runs',
  description:
    'In its container on target compose and in a cluster; on this machine beside the engine’s process, in its folder and with its environment. On a terminal it is interactive. Exits with the code of the command.',
  arguments: [
    {
      name: 'MODEL',
      description: 'a replica such as smollm2-0, a model (one of its replicas that is ready), or `gateway`',
      required: true,
    },
    { name: 'COMMAND', description: 'program and arguments, after `--`; sh when absent', variadic: true },
  ],
  options: [
    { name: 'container', short: 'c', value: 'NAME', description: 'container of a pod; its engine when absent' },
    runningFleetOption,
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead exec smollm2-0 -- nvidia-smi', what: 'one command' },
    { command: 'fairlead exec llama --target kubernetes', what: 'a shell in a pod' },
    { command: 'fairlead exec gateway --target compose -- cat /etc/fairlead/fleet.yaml', what: 'in a container' },
  ],
  load: async () => (await import('../handlers/exec.ts')).exec,
}
