import type { Command } from '../command.ts'
import { drawOptions, placeOptions, runningFleetArgument } from './shared.ts'

/** `fairlead gpu` */
export const gpu: Command = {
  name: 'gpu',
  section: 'Look at it',
  summary: 'Show the GPUs of each replica: use, memory, temperature, power, processes',
  description:
    'Asks nvidia-smi where each replica runs: on this machine, in its container, in its pod. A replica that cannot tell says why. Exits with 2 when none tells of a GPU.',
  arguments: [runningFleetArgument],
  options: [...drawOptions, ...placeOptions],
  examples: [
    { command: 'fairlead gpu', what: 'one table' },
    { command: 'fairlead gpu demo --target kubernetes -n llm --watch', what: 'of a cluster, again and again' },
  ],
  reports: true,
  load: async () => (await import('../handlers/gpu.ts')).gpu,
}
