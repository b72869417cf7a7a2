import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption } from './shared.ts'

/** `fairlead explain scaling` */
export const explainScaling: Command = {
  name: 'explain scaling',
  section: 'Look at it',
  summary: 'Say why a model has as many replicas as it has',
  description:
    'What was decided last for each pool that follows its load: what is wanted, every signal against its target and the ' +
    'replicas that it asks for, what held the wish back, and the last changes. In a cluster the controller tells it in the ' +
    'status of the Fleet, with the signal that asked for the most. Models that are not scaled are listed with the reason, ' +
    'and those that others scale with who does and how to look.',
  arguments: [{ name: 'MODEL', description: 'a model of the running Fleet; all when absent' }],
  options: [runningFleetOption, ...placeOptions],
  examples: [
    { command: 'fairlead explain scaling', what: 'every model' },
    { command: 'fairlead explain scaling llama --json', what: 'one model, with all numbers' },
    { command: 'fairlead explain scaling llama --target kubernetes -n llm', what: 'in a cluster' },
  ],
  reports: true,
  load: async () => (await import('../handlers/explain-scaling.ts')).explainScaling,
}
