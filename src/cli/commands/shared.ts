import type { CommandArgument, CommandOption } from '../command.ts'

/** A Fleet file that is read. */
export const fleetFileArgument: CommandArgument = {
  name: 'FLEET',
  description: 'Fleet file; ./fleet.yaml when absent, else the laptop example that comes with Fairlead',
  completes: 'file',
}

/** A Fleet that runs, by name or by its file. */
export const runningFleetArgument: CommandArgument = {
  name: 'FLEET',
  description: 'name of the Fleet, or its file; the one that runs when absent',
  completes: 'file',
}

/** The same as an option, for commands whose argument is a model. */
export const runningFleetOption: CommandOption = {
  name: 'fleet',
  value: 'FLEET',
  description: 'name of the Fleet, or its file; the one that runs when absent',
  completes: 'file',
}

const port = { type: 'integer', minimum: 1, maximum: 65_535 } as const

/** Overrides of the gateway's two listeners. */
export const portOptions: readonly CommandOption[] = [
  { name: 'port', short: 'p', value: 'N', ...port, description: 'port for clients, instead of the Fleet’s' },
  {
    name: 'admin-port',
    value: 'N',
    ...port,
    description: 'port for /metrics and administration; the next one when absent',
  },
]
