import type { Command } from '../command.ts'
import { fleetFileArgument, offlineOption, renderTargetOption, withoutGatewayOption } from './shared.ts'

/** `fairlead render` */
export const render: Command = {
  name: 'render',
  section: 'Run a Fleet',
  summary: 'Write a Fleet as another platform’s own files',
  description:
    'Plans the Fleet and writes what the platform takes: a Compose project, or Kubernetes objects. Nothing is applied. On ' +
    'standard output it is one stream of YAML; with --output a folder, as plain files, as a Kustomize base with an ' +
    'overlay, or as a Helm chart. The same Fleet gives the same bytes. Exit code 2 when the platform cannot express something, or when --diff ' +
    'finds a difference.',
  arguments: [fleetFileArgument],
  options: [
    renderTargetOption,
    {
      name: 'output',
      short: 'o',
      value: 'DIR',
      description: 'folder to write; files of an earlier rendering that are gone are removed',
      completes: 'file',
    },
    withoutGatewayOption,
    {
      name: 'diff',
      value: 'PATH',
      description: 'show what differs from another Fleet file, or from a folder that was rendered before',
      completes: 'file',
    },
    offlineOption,
  ],
  examples: [
    { command: 'fairlead render --target compose --output deploy', what: 'a Compose project in ./deploy' },
    {
      command: 'fairlead render fleet.yaml --target kubernetes | kubectl diff -f -',
      what: 'what would change in a cluster',
    },
    {
      command: 'fairlead render --target kubernetes --format kustomize --output deploy',
      what: 'a Kustomize base and an overlay',
    },
    {
      command: 'fairlead render --target kubernetes --format helm --output chart',
      what: 'a Helm chart with values',
    },
    {
      command: 'fairlead render new.yaml --target kubernetes --diff fleet.yaml',
      what: 'what a change of the Fleet changes',
    },
  ],
  reports: true,
  formats: ['yaml', 'kustomize', 'helm'],
  load: async () => (await import('../handlers/render.ts')).render,
}
