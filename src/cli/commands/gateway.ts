import type { Command } from '../command.ts'
import { portOptions } from './shared.ts'

/** `fairlead gateway` */
export const gateway: Command = {
  name: 'gateway',
  section: 'Run a Fleet',
  summary: 'Run the gateway alone, in front of engines that run already',
  description:
    'Starts no engine. Serves models of engine `external` at their addresses, and the others where --replicas says, else the replicas that `up` has started.',
  options: [
    { name: 'fleet', value: 'FILE', description: 'Fleet file', completes: 'file' },
    {
      name: 'replicas',
      value: 'FILE',
      description: 'pools file: where the engines are that another system runs; followed for changes',
      completes: 'file',
    },
    {
      name: 'host',
      value: 'ADDRESS',
      description: 'address for clients, instead of the Fleet’s; 0.0.0.0 in a container',
    },
    {
      name: 'admin-host',
      value: 'ADDRESS',
      description: 'address for /metrics and administration; 127.0.0.1 when absent',
    },
    ...portOptions,
    {
      name: 'admin-open',
      description: 'administration asks for no key wherever it listens; where a network policy guards that address',
    },
    {
      name: 'secrets-folder',
      value: 'FOLDER',
      description: 'folder of mounted Kubernetes Secrets, for secretRef; /var/run/secrets/fairlead when absent',
      completes: 'file',
    },
    {
      name: 'workers',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 256,
      description: 'threads that serve clients, instead of the Fleet’s gateway.workers',
    },
  ],
  examples: [
    {
      command: 'fairlead gateway --fleet fleet.yaml --port 8080',
      what: 'one URL in front of the external engines of a Fleet',
    },
    {
      command: 'fairlead gateway --fleet fleet.yaml --replicas pools.yaml',
      what: 'in front of engines that a cluster runs, found by their host names',
    },
  ],
  load: async () => (await import('../handlers/gateway.ts')).gateway,
}
