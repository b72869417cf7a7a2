import type { Command } from '../command.ts'
import {
  copiedPlatformOption,
  fleetFileArgument,
  offlineOption,
  renderTargetOption,
  withoutGatewayOption,
} from './shared.ts'

/** `fairlead images mirror` */
export const imagesMirror: Command = {
  name: 'images mirror',
  section: 'Set up',
  summary: 'Copy every image that a Fleet needs to a registry of one’s own',
  description:
    'Copies the images that `fairlead images list` lists, and the charts among the prerequisites that are in registries, by ' +
    'the OCI Distribution protocol, with the logins of `docker login`. Everything is checked by its digest, and what is there ' +
    'already is not copied again, so that an interrupted run is gone on with by running it again. What the Fleet file has to ' +
    'say, so that every image comes from there by its digest, is printed, or written with --write. Weights are left out: ' +
    '`fairlead models pull` fetches them.',
  arguments: [fleetFileArgument],
  options: [
    { name: 'to', value: 'REGISTRY', description: 'registry and prefix, such as registry.example.org/mirror' },
    {
      name: 'from',
      value: 'DIR',
      description: 'folder of `fairlead images bundle` in place of the registries that publish the images',
      completes: 'file',
    },
    renderTargetOption,
    copiedPlatformOption,
    { name: 'dry-run', description: 'copy nothing, and show what would be copied' },
    { name: 'write', description: 'write registry and digests into the Fleet file' },
    { name: 'without-charts', description: 'leave the charts of prerequisites out' },
    withoutGatewayOption,
    { name: 'plain-http', description: 'ask the registry of --to over http' },
    offlineOption,
  ],
  examples: [
    {
      command: 'fairlead images mirror --target kubernetes --to registry.example.org/mirror --dry-run',
      what: 'what would be copied',
    },
    {
      command:
        'fairlead images mirror --target kubernetes --to registry.example.org/mirror --platform linux/amd64 --write',
      what: 'copy, and pin by digest in the Fleet file',
    },
    {
      command: 'fairlead images mirror fleet.yaml --from bundle --to registry.example.org/mirror --write',
      what: 'from a folder, where there is no internet',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/images-mirror.ts')).imagesMirror,
}
