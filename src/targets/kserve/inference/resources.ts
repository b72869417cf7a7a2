import type { Container } from '../../../kubernetes/index.ts'
import type { EngineService } from '../../rendering/index.ts'
import { byteQuantity, cpuQuantity, resourcesSaid } from '../../rendering/cluster/index.ts'

type Resources = NonNullable<Container['resources']>

/** Limits above what is asked for, where the Fleet sets none: loading a model takes more for a moment. */
const room = { cpu: 4, memory: 2 }

/**
 * What a container asks for, with limits. KServe gives a container without limits one CPU and 2 GiB (`resource` of its
 * configuration), less than it asks for, and the pod would be refused.
 */
export function withLimits(resources: Resources | undefined, service: EngineService): Resources | undefined {
  const { cpu, memory, memoryRequest } = resourcesSaid(service)
  const { host } = service.pool
  const cpus = cpu ?? host?.cpus
  const bytes = memoryRequest ?? memory ?? host?.memoryBytes
  const limits = {
    ...(cpus === undefined ? {} : { cpu: cpuQuantity(cpus * room.cpu) }),
    ...(bytes === undefined ? {} : { memory: byteQuantity(bytes * room.memory) }),
    ...resources?.limits,
  }
  return Object.keys(limits).length === 0 ? resources : { ...resources, limits }
}
