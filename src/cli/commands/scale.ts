import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption, timeoutOption } from './shared.ts'

/** `fairlead scale` */
export const scale: Command = {
  name: 'scale',
  section: 'Change it',
  summary: 'Set the replicas of a model now',
  description:
    'The Fleet file says them again at the next `apply`, and an autoscaler before that; the result tells which. Bounds of a ' +
    'model that follows its load are the Fleet’s: `--min` and `--max` tell the fields to write.',
  arguments: [{ name: 'MODEL', description: 'a model of the Fleet', required: true }],
  options: [
    {
      name: 'replicas',
      short: 'r',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 10_000,
      description: 'wanted replicas',
    },
    {
      name: 'min',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 10_000,
      description: 'says which field of the Fleet is the least',
    },
    {
      name: 'max',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 10_000,
      description: 'says which field of the Fleet is the most',
    },
    { name: 'role', value: 'ROLE', choices: ['prefill', 'decode'], description: 'of a model that has both' },
    runningFleetOption,
    ...placeOptions,
    timeoutOption,
  ],
  examples: [
    { command: 'fairlead scale llama --replicas 3 --target kubernetes', what: 'three replicas' },
    { command: 'fairlead scale llama --replicas 2 --role decode --target kubernetes', what: 'of one role' },
  ],
  reports: true,
  load: async () => (await import('../handlers/scale.ts')).scale,
}
