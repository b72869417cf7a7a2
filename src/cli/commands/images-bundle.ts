import type { Command } from '../command.ts'
import {
  copiedPlatformOption,
  fleetFileArgument,
  offlineOption,
  renderTargetOption,
  withoutGatewayOption,
} from './shared.ts'

/** `fairlead images bundle` */
export const imagesBundle: Command = {
  name: 'images bundle',
  section: 'Set up',
  summary: 'Put every image that a Fleet needs into a folder, for where there is no internet',
  description:
    'Writes an OCI image layout with the images that `fairlead images list` lists; the charts and manifests that the ' +
    'prerequisites of the target’s cluster are installed from, with the images that manifests name; the Fleet file, what is ' +
    'rendered of it, and bundle.json, which says what is where. `fairlead images mirror --from` copies it to a registry. What ' +
    'is in the folder already is not fetched again. Images within charts are not known, and weights are left out: ' +
    '`fairlead models pull` fetches them.',
  arguments: [fleetFileArgument],
  options: [
    { name: 'output', short: 'o', value: 'DIR', description: 'folder that is written', completes: 'file' },
    renderTargetOption,
    copiedPlatformOption,
    { name: 'without-charts', description: 'leave the charts and manifests of prerequisites out' },
    withoutGatewayOption,
    offlineOption,
  ],
  examples: [
    {
      command: 'fairlead images bundle --target kubernetes --platform linux/amd64 --output bundle',
      what: 'everything for one kind of machine',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/images-bundle.ts')).imagesBundle,
}
