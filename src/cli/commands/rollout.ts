import type { Command } from '../command.ts'
import { applyOptions, fleetFileArgument, placeOptions, runningFleetOption, updateOptions } from './shared.ts'

/** `fairlead rollout start` */
const start: Command = {
  name: 'rollout start',
  section: 'Change it',
  summary: 'Update a Fleet model after model, and take back what fails',
  description:
    'What can be verified ahead is; each model is watched while it changes, and an update that does not come up is taken back. ' +
    'Exit code 2 when it was.',
  arguments: [fleetFileArgument],
  options: [
    ...placeOptions,
    ...applyOptions,
    ...updateOptions,
    { name: 'offline', description: 'do not ask the hub about models that the catalogue does not have' },
  ],
  examples: [
    { command: 'fairlead rollout start fleet.yaml --target kubernetes', what: 'update to what the file says now' },
  ],
  reports: true,
  load: async () => (await import('../handlers/rollout.ts')).rolloutStart,
}

const modelArgument = { name: 'MODEL', description: 'one model; every model when absent' }

/** The actions on an update under way, with what each does. */
const actions = [
  ['status', 'Show how the update of each model stands', 'Exit code 2 when one has failed.'],
  ['pause', 'Hold an update where it is', 'What runs goes on to serve, old and new side by side.'],
  ['resume', 'Go on with an update that was held', 'From where it was held.'],
  ['promote', 'End the trial of an update by taking it for all', 'The replicas of before go.'],
  ['abort', 'Take an update back', 'The replicas of before serve again.'],
] as const

/** `fairlead rollout …` */
export const rollouts: readonly Command[] = [
  start,
  ...actions.map(([action, summary, description]): Command => ({
    name: `rollout ${action}`,
    section: 'Change it',
    summary,
    description,
    arguments: [modelArgument],
    options: [runningFleetOption, ...placeOptions],
    examples: [
      { command: `fairlead rollout ${action} --target kubernetes`, what: 'of every model' },
      { command: `fairlead rollout ${action} llama --target kubernetes`, what: 'of one' },
    ],
    reports: true,
    load: async () => (await import('../handlers/rollout.ts')).rolloutAction(action),
  })),
]
