/**
 * The workloads of a Fleet on Kubernetes, and everything that their pods need.
 */
import { renderDownloads, renderModelStorage, renderServiceAccounts } from '../../rendering/cluster/index.ts'
import type { ObjectsOf } from '../context.ts'
import { renderEngineGroups } from './engine-groups.ts'
import { renderEngineServices } from './engine-services.ts'
import { renderEngines } from './engines.ts'
import { renderGateway } from './gateway.ts'
import { renderGatewayServices } from './gateway-services.ts'
import { renderNamespace } from './namespace.ts'
import { noteWorkloads } from './notes.ts'

export { renderGatewayServices }

/** Pods and what they mount, for targets where clients find engines in another way than by their Services too. */
export const pods: readonly ObjectsOf[] = [
  renderNamespace,
  renderServiceAccounts,
  renderGateway,
  renderGatewayServices,
  renderEngines,
  renderEngineGroups,
  renderModelStorage,
  renderDownloads,
  noteWorkloads,
]

/** In the order of reading; `apply-order.ts` has the order of applying. */
export const workloads: readonly ObjectsOf[] = [...pods, renderEngineServices]
