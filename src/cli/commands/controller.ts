import type { Command } from '../command.ts'
import { renderTargets } from './render-targets.ts'
import { offlineOption } from './shared.ts'

/** `fairlead controller` */
export const controller: Command = {
  name: 'controller',
  section: 'Run a Fleet',
  summary: 'Keep the Fleets of a Kubernetes cluster as their objects say',
  description:
    'Watches Fleets (fleets.fairlead.dev), applies them, puts back what others change of them, and says in their status how ' +
    'they stand. Several may run: one leads. `fairlead controller manifests` prints what a cluster needs for it.',
  options: [
    { name: 'namespace', short: 'n', value: 'NAME', description: 'only Fleets of this namespace; all when absent' },
    {
      name: 'lease-namespace',
      value: 'NAME',
      description: 'namespace of the Lease that the leader holds; that of the pod or context when absent',
    },
    {
      name: 'target',
      short: 't',
      value: 'NAME',
      choices: renderTargets.filter((name) => name !== 'compose'),
      description: 'the only platform that Fleets may run on, whose kinds alone are followed; all when absent',
    },
    { name: 'context', value: 'NAME', description: 'context of the kubeconfig; its current one when absent' },
    {
      name: 'kubeconfig',
      value: 'FILE',
      description: 'in place of KUBECONFIG and ~/.kube/config',
      completes: 'file',
    },
    {
      name: 'host',
      value: 'ADDRESS',
      default: '127.0.0.1',
      description: 'address for /healthz, /readyz and /metrics; 0.0.0.0 in a container',
    },
    {
      name: 'port',
      short: 'p',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 65_535,
      default: 8081,
      description: 'port for them; 0 takes a free one',
    },
    {
      name: 'workers',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 4,
      description: 'Fleets that are worked on at a time',
    },
    offlineOption,
    {
      name: 'load-keys',
      value: 'FOLDER',
      description:
        'files NAMESPACE.FLEET, each with a key of that Fleet by which its gateways tell the load to scale by',
      completes: 'file',
    },
  ],
  examples: [
    { command: 'fairlead controller', what: 'for all namespaces of the current context' },
    { command: 'fairlead controller --namespace llm', what: 'with rights in one namespace only' },
  ],
  load: async () => (await import('../handlers/controller.ts')).controller,
}

/** `fairlead controller manifests` */
export const controllerInstall: Command = {
  name: 'controller manifests',
  section: 'Run a Fleet',
  summary: 'Print what a cluster needs for the controller to run in it',
  description:
    'The definition of Fleets, an account with exactly the rights that the controller uses, and its Deployment, as one stream ' +
    'of YAML. Nothing is applied.',
  options: [
    {
      name: 'namespace',
      short: 'n',
      value: 'NAME',
      default: 'fairlead-system',
      description: 'namespace that it runs in',
    },
    {
      name: 'only-namespace',
      value: 'NAME',
      description: 'the only namespace whose Fleets it reconciles: a Role there in place of a ClusterRole',
    },
    {
      name: 'target',
      short: 't',
      value: 'NAME',
      choices: renderTargets.filter((name) => name !== 'compose'),
      description: 'the only platform that Fleets may run on, which leaves out rights for the others; all when absent',
    },
    { name: 'image', value: 'IMAGE', description: 'in place of the image of this version' },
    {
      name: 'replicas',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 16,
      default: 2,
      description: 'copies; one leads',
    },
  ],
  examples: [
    { command: 'fairlead controller manifests | kubectl apply --server-side -f -', what: 'install it' },
    {
      command: 'fairlead controller manifests --only-namespace llm --target kubernetes',
      what: 'with the fewest rights',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/controller-manifests.ts')).controllerManifests,
}
