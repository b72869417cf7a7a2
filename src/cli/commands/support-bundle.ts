import type { Command } from '../command.ts'
import { placeOptions, runningFleetArgument } from './shared.ts'

/** `fairlead support-bundle` */
export const supportBundle: Command = {
  name: 'support-bundle',
  section: 'Look at it',
  summary: 'Write what somebody who helps needs into one archive, without secrets',
  description:
    'Plan, status, events, logs, revisions, objects as they are in the cluster, the gateway’s metrics and load, the doctor’s findings, versions and this machine. Secrets are never read, and what has the form or the name of one is taken out everywhere. What cannot be had is named in missing.txt. Logs may hold prompts: look before you send it.',
  arguments: [runningFleetArgument],
  options: [
    {
      name: 'file',
      short: 'o',
      value: 'FILE',
      description: 'where it is written; support-FLEET-TIME.tar.gz here when absent',
      completes: 'file',
    },
    {
      name: 'tail',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 100_000,
      default: 2_000,
      description: 'lines from the end of each log, up to 1 MiB of each',
    },
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead support-bundle', what: 'of the Fleet that runs here' },
    { command: 'fairlead support-bundle fleet.yaml --target kubernetes -n llm -o demo.tar.gz', what: 'of a cluster' },
  ],
  reports: true,
  load: async () => (await import('../handlers/support-bundle.ts')).supportBundle,
}
