import type { Command } from '../command.ts'

/** `fairlead explain scaling` */
export const explainScaling: Command = {
  name: 'explain scaling',
  section: 'Look at it',
  summary: 'Say why a model has as many replicas as it has',
  description:
    'What was decided last for each pool that follows its load: what is wanted, every signal against its target and the ' +
    'replicas that it asks for, what held the wish back, and the last changes. Models that are not scaled are listed with ' +
    'the reason.',
  arguments: [{ name: 'MODEL', description: 'a model of the running Fleet; all when absent' }],
  options: [
    { name: 'fleet', value: 'FLEET', description: 'name or file of the Fleet; the only one that runs when absent' },
  ],
  examples: [
    { command: 'fairlead explain scaling', what: 'every model' },
    { command: 'fairlead explain scaling llama --json', what: 'one model, with all numbers' },
  ],
  reports: true,
  load: async () => (await import('../handlers/explain-scaling.ts')).explainScaling,
}
