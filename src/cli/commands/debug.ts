import type { Command } from '../command.ts'
import { debugImage } from '../debug-image.ts'
import { placeOptions, runningFleetOption } from './shared.ts'

/** `fairlead debug` */
export const debug: Command = {
  name: 'debug',
  section: 'Look at it',
  summary: 'Start a container with tools beside an engine in a cluster, and join it',
  description:
    'An ephemeral container of the engine’s pod: it sees the engine’s processes and network, as the same user, and has no more rights. Kubernetes keeps it in the pod’s list until the pod goes. Exits with the code of the command. On other targets: `fairlead exec`.',
  arguments: [
    { name: 'REPLICA', description: 'a replica, or a model (one of its replicas that is ready)', required: true },
    { name: 'COMMAND', description: 'program and arguments, after `--`; sh when absent', variadic: true },
  ],
  options: [
    { name: 'image', value: 'IMAGE', default: debugImage, description: 'image with the tools' },
    runningFleetOption,
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead debug llama --target kubernetes', what: 'a shell beside an engine' },
    { command: 'fairlead debug llama --target kubernetes -- ps aux', what: 'the engine’s processes' },
    {
      command: 'fairlead debug llama -t kubernetes --image docker.io/nicolaka/netshoot:v0.14',
      what: 'tools for networks',
    },
  ],
  load: async () => (await import('../handlers/debug.ts')).debug,
}
