import type { Command, CommandOption } from '../command.ts'
import {
  applyOptions,
  fleetFileArgument,
  offlineOption,
  placeOptions,
  runningFleetOption,
  updateOptions,
} from './shared.ts'

/** How a change is tried before it is made. */
const canaryOptions: readonly CommandOption[] = [
  {
    name: 'canary',
    value: 'SHARES',
    description:
      'try the change first on this part of the requests, or on several in turn, such as 10% or 5%,25%,50%; models[].rollout.canaryShare when absent',
  },
  {
    name: 'step-time',
    value: 'DURATION',
    description: 'how long each share is watched at the least; models[].rollout.canaryTime when absent',
  },
  {
    name: 'requests',
    value: 'N',
    type: 'integer',
    minimum: 1,
    default: 50,
    description: 'requests that the canary of each model must have had at each share',
  },
  {
    name: 'more-errors',
    value: 'PERCENT',
    default: '2%',
    description: 'requests that may fail beyond those of the replicas that serve; more end the trial',
  },
  {
    name: 'slower',
    value: 'PERCENT',
    default: '50%',
    description: 'part by which time to first token, and time for each further one, may be longer; more ends the trial',
  },
  {
    name: 'canary-replicas',
    value: 'N',
    type: 'integer',
    minimum: 1,
    default: 1,
    description: 'replicas of each model that is tried',
  },
  { name: 'no-promote', description: 'keep the last share until `fairlead rollout promote`' },
]

/** `fairlead rollout start` */
const start: Command = {
  name: 'rollout start',
  section: 'Change it',
  summary: 'Update a Fleet model after model, and take back what fails',
  description:
    'Each model is watched while it changes, and an update that does not come up is taken back. With --canary a few replicas ' +
    'of the change run beside those that serve and get a part of the requests; they are taken back when they fail more, or are ' +
    'slower, and take the place of the others when they are not. Target kubernetes alone tries changes. Exit code 2 when it was ' +
    'taken back.',
  arguments: [fleetFileArgument],
  options: [...placeOptions, ...applyOptions, ...updateOptions, ...canaryOptions, offlineOption],
  examples: [
    { command: 'fairlead rollout start fleet.yaml --target kubernetes', what: 'update to what the file says now' },
    {
      command: 'fairlead rollout start fleet.yaml --target kubernetes --canary 5%,25%,50%',
      what: 'try it on three shares of the requests first',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/rollout.ts')).rolloutStart,
}

const modelArgument = { name: 'MODEL', description: 'one model; every model when absent' }

/** The actions on an update under way, with what each does. */
const actions = [
  ['status', 'Show how the update of each model stands', 'Exit code 2 when one has failed.'],
  [
    'pause',
    'Hold an update where it is',
    'What runs goes on to serve, old and new side by side; a canary keeps its share.',
  ],
  [
    'resume',
    'Go on with an update that was held or interrupted',
    'From where it was. A canary is watched again. Exit code 2 when it is taken back.',
  ],
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
