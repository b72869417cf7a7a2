import { aroundGateway, monitorsOf, renderClaimTemplates } from '../../kubernetes/index.ts'
import { enginePorts } from '../../rendering/index.ts'
import { enginesOf, type ObjectsOf } from '../context.ts'

/** Quota, claims for GPUs, alerts, dashboards, and how clients outside the cluster come in: as on plain Kubernetes. */
export const surroundings: readonly ObjectsOf[] = [...aroundGateway, renderClaimTemplates].map(
  (part) => (context) => part(context.asKubernetes),
)

/** KServe’s pods have labels of its own in place of ours, and Knative names their ports; ours and the number of the port stay. */
export const renderMonitors: ObjectsOf = ({ asKubernetes, fleet }) =>
  monitorsOf(asKubernetes, {
    selector: enginesOf(fleet.name),
    port: { portNumber: enginePorts.http },
  })
