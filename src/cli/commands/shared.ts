import type { CommandArgument, CommandOption } from '../command.ts'
import { renderTargets, runTargets } from './render-targets.ts'

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

/** Which platform is meant. */
const targetOption: CommandOption = {
  name: 'target',
  short: 't',
  value: 'NAME',
  choices: runTargets,
  description: 'platform; targets.default of the Fleet file that is meant or of ./fleet.yaml when absent, else local',
}

/** Which platform a Fleet is rendered for. */
export const renderTargetOption: CommandOption = {
  name: 'target',
  short: 't',
  value: 'NAME',
  choices: renderTargets,
  description: 'platform; the Fleet’s targets.default when absent',
}

/** That what is rendered has no gateway. */
export const withoutGatewayOption: CommandOption = {
  name: 'without-gateway',
  description: 'leave the gateway out: clients call the engines',
}

/** That a plan is made without the hub. */
export const offlineOption: CommandOption = {
  name: 'offline',
  description: 'do not ask the hub about models that the catalogue does not have',
}

/** Which of an image’s platforms are copied. */
export const copiedPlatformOption: CommandOption = {
  name: 'platform',
  value: 'OS/ARCH',
  description: 'copy images for this machine alone, such as linux/amd64; all that there are when absent',
}

/** Which cluster a command means, in the words of kubectl, and which folder for target compose. */
export const placeOptions: readonly CommandOption[] = [
  targetOption,
  { name: 'context', value: 'NAME', description: 'context of the kubeconfig; its current one when absent' },
  { name: 'namespace', short: 'n', value: 'NAME', description: 'namespace; that of the context when absent' },
  {
    name: 'kubeconfig',
    value: 'FILE',
    description: 'in place of KUBECONFIG and ~/.kube/config',
    completes: 'file',
  },
]

/** That something is shown again and again. */
export const drawOptions: readonly CommandOption[] = [
  { name: 'watch', short: 'w', description: 'draw it again until Ctrl-C' },
  {
    name: 'interval',
    value: 'SECONDS',
    type: 'integer',
    minimum: 1,
    maximum: 3600,
    default: 2,
    description: 'seconds between two draws of --watch',
  },
]

/** How long a command waits until what it changed serves. */
export const timeoutOption: CommandOption = {
  name: 'timeout',
  value: 'DURATION',
  description: 'longest wait until what was changed serves, such as 90s or 20m; the target’s own when absent',
}

/** How an `apply` goes about it, on targets beside local. */
export const applyOptions: readonly CommandOption[] = [
  timeoutOption,
  { name: 'force-conflicts', description: 'take over fields that another manager owns' },
  { name: 'no-smoke', description: 'send no request through the gateway at the end' },
  { name: 'no-wait', description: 'do not wait until everything serves' },
]

/** How an update goes on, on targets on Kubernetes. */
export const updateOptions: readonly CommandOption[] = [
  { name: 'no-fetch', description: 'replace pods without fetching images and weights to their nodes before' },
  {
    name: 'parallel',
    value: 'N',
    type: 'integer',
    minimum: 1,
    maximum: 1_000,
    description: 'models that are updated at the same time; one after the other when absent',
  },
]

/** Of models and their replicas, one or all. */
export const subjectArgument: CommandArgument = {
  name: 'MODEL',
  description: 'a model, a replica such as smollm2-0, or `gateway`; everything when absent',
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
