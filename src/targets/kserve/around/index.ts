/** What stands around the models: the namespace, the gateway and how it finds replicas, chat templates, what is to be known. */
import type { ObjectsOf } from '../context.ts'
import { renderGateway } from './gateway.ts'
import { renderNamespace } from './namespace.ts'
import { renderNetworkPolicies } from './network.ts'
import { noteAround } from './notes.ts'
import { renderReplicaServices } from './replica-services.ts'
import { renderMonitors, surroundings } from './surroundings.ts'
import { renderTemplates } from './templates.ts'

/** In the order of reading; the order of applying is that of the cluster. */
export const around: readonly ObjectsOf[] = [
  renderNamespace,
  renderGateway,
  renderTemplates,
  renderReplicaServices,
  ...surroundings,
  renderMonitors,
  renderNetworkPolicies,
  noteAround,
]
