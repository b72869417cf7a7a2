import type { Command } from '../command.ts'
import { fleetFileArgument, offlineOption } from './shared.ts'

/** `fairlead storage plan` */
export const storagePlan: Command = {
  name: 'storage plan',
  section: 'Models',
  summary: 'Compare how a cluster can keep the models of a Fleet, and choose',
  description:
    'Counts weights, machines and copies of the Fleet at its most replicas, and compares a folder of each machine, one ' +
    'shared volume, a volume for each model, and OCI images: disk, what is fetched, what must be there. With --use it ' +
    'writes the choice into the Fleet file, and `fairlead render` makes the objects of it.',
  arguments: [fleetFileArgument],
  options: [
    {
      name: 'use',
      value: 'WAY',
      choices: ['hostPath', 'sharedClaim', 'claimPerModel', 'imageVolume'],
      description: 'write this choice into the Fleet file',
    },
    { name: 'storage-class', value: 'NAME', description: 'with --use: StorageClass of the volumes' },
    offlineOption,
  ],
  examples: [
    { command: 'fairlead storage plan fleet.yaml', what: 'what each way takes' },
    {
      command: 'fairlead storage plan fleet.yaml --use sharedClaim --storage-class longhorn',
      what: 'one volume for all',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/storage-plan.ts')).storagePlan,
}
