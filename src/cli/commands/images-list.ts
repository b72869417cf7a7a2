import type { Command } from '../command.ts'
import { fleetFileArgument, offlineOption, renderTargetOption, withoutGatewayOption } from './shared.ts'

/** `fairlead images list` */
export const imagesList: Command = {
  name: 'images list',
  section: 'Set up',
  summary: 'List every image and chart that a Fleet needs',
  description:
    'Renders the Fleet and lists every image in what comes out, with what uses it, and the charts and manifests that the ' +
    'prerequisites of the target’s cluster are installed from (those of `fairlead doctor --install-plan`). Images inside of ' +
    'those charts are not listed.',
  arguments: [fleetFileArgument],
  options: [
    renderTargetOption,
    { name: 'digests', description: 'ask the registries for digests and sizes, with the logins of `docker login`' },
    {
      name: 'platform',
      value: 'OS/ARCH',
      default: 'linux/amd64',
      description: 'with --digests: machine whose download is counted',
    },
    withoutGatewayOption,
    offlineOption,
  ],
  examples: [
    { command: 'fairlead images list --target kubernetes', what: 'what a cluster pulls' },
    { command: 'fairlead images list --target kubernetes --digests', what: 'the same with digests and sizes' },
    {
      command: 'fairlead images list --target compose --json | jq -r .images[].image',
      what: 'the images alone',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/images-list.ts')).imagesList,
}
