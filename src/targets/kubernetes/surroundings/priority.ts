import type { PriorityClass } from '../../../kubernetes/index.ts'
import { gatewayPart, type ObjectsOf } from '../../rendering/cluster/index.ts'

/** Above pods without a class (0), below those of the cluster itself (2,000,000,000). */
const priority = 100_000

/**
 * Priority classes that are the Fleet’s own by their name, which begins with its name. Others belong to the cluster, which has them,
 * and whose values nobody but its administrator knows.
 */
export const renderPriorityClasses: ObjectsOf = ({ fleet, metadata }) => {
  const named = fleet.models.map(({ placement }) => placement.priorityClass)
  const own = [...new Set(named)].filter((name) => name?.startsWith(`${fleet.name}-`) === true).sort()
  return {
    objects: own.flatMap((name) => {
      if (name === undefined) return []
      const { namespace: _, ...rest } = metadata(name, gatewayPart)
      const object: PriorityClass = {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: rest,
        value: priority,
        description: `Models of Fleet ${fleet.name} that others make room for.`,
      }
      return [{ kind: 'object', object }]
    }),
  }
}
