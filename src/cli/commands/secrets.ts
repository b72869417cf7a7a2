import type { Command, CommandArgument, CommandOption } from '../command.ts'
import { fleetFileArgument, placeOptions, timeoutOption } from './shared.ts'

const secretArguments: readonly CommandArgument[] = [
  { name: 'NAME', description: 'variable, file or Kubernetes Secret, as the Fleet names it', required: true },
  { name: 'KEY', description: 'key of the Kubernetes Secret, where the Fleet refers to several' },
  {
    name: 'FLEET',
    description:
      'Fleet file; ./fleet.yaml when absent. It may stand in the place of KEY: it has a slash, or ends in .yaml',
    completes: 'file',
  },
]

const folderOption: CommandOption = {
  name: 'output',
  short: 'o',
  value: 'DIR',
  description: 'folder of the Compose project (target compose); where it lies already when absent',
  completes: 'file',
}

const forceOption: CommandOption = {
  name: 'force-conflicts',
  description: 'write what another owner makes, such as the External Secrets Operator',
}

/** `fairlead secrets …` */
export const secrets: readonly Command[] = [
  {
    name: 'secrets check',
    section: 'Look at it',
    summary: 'Tell which secrets a Fleet refers to, and whether each is there',
    description:
      'Looks where the target keeps them: variables and files of this machine, the files of a Compose project, Secrets of a ' +
      'namespace, with the ExternalSecret that makes one. Values are never shown. Exits with 2 when one is absent.',
    arguments: [fleetFileArgument],
    options: [...placeOptions, folderOption],
    examples: [
      { command: 'fairlead secrets check', what: 'the secrets of ./fleet.yaml on its target' },
      {
        command: 'fairlead secrets check fleet.yaml --target kubernetes --json',
        what: 'those of a cluster, for a program',
      },
    ],
    reports: true,
    load: async () => (await import('../handlers/secrets-check.ts')).secretsCheck,
  },
  {
    name: 'secrets set',
    section: 'Change it',
    summary: 'Write the value of a secret where the target keeps it',
    description:
      'The value comes from standard input, or is asked for without being shown. On a cluster one key of the Secret is ' +
      'applied; every other key stays. A Secret that somebody else makes is left alone.',
    arguments: secretArguments,
    options: [...placeOptions, folderOption, forceOption],
    examples: [
      { command: 'fairlead secrets set HF_TOKEN', what: 'ask for the token' },
      { command: 'fairlead secrets set lab-keys alice fleet.yaml < alice.key', what: 'key alice of Secret lab-keys' },
    ],
    reports: true,
    load: async () => (await import('../handlers/secrets-set.ts')).secretsSet,
  },
  {
    name: 'secrets rotate',
    section: 'Change it',
    summary: 'Give a secret a new value, and say who has to start anew',
    description:
      'A key of access.keys is made here and printed once; the old one is refused from then on. The value of any other secret ' +
      'is asked for, as by `secrets set`.',
    arguments: secretArguments,
    options: [
      ...placeOptions,
      folderOption,
      forceOption,
      { name: 'restart', description: 'start those anew that read it when they start, one replica after the other' },
      timeoutOption,
    ],
    examples: [
      { command: 'fairlead secrets rotate ALICE_KEY --restart', what: 'a new key for alice' },
      { command: 'fairlead secrets rotate HF_TOKEN fleet.yaml < token', what: 'a new token of the hub' },
    ],
    reports: true,
    load: async () => (await import('../handlers/secrets-rotate.ts')).secretsRotate,
  },
]
