import { createSeriesTable } from '../../observe/contract.ts'
import { ReplicaHandle, type ReplicaHandleParts } from '../data-plane/replica-handle.ts'
import type { UpstreamClient } from '../data-plane/upstream/contract.ts'
import { replicaAt } from './settable-source.ts'

/** A replica of model `m` that nobody judges and whose engine is what `send` makes of requests. */
export function handleAt(
  number: number,
  send: UpstreamClient['send'],
  more: Partial<ReplicaHandleParts> = {},
): ReplicaHandle {
  const replica = replicaAt(number, { id: `m-${number}` })
  return new ReplicaHandle({
    replica,
    headers: [],
    routes: { routes: [], possibleRoutes: [] },
    requestsSeries: createSeriesTable().counter('fairlead_gateway_replica_requests_total', {
      model: 'm',
      replica: replica.id,
    }),
    outlier: {
      isOut: false,
      isEjected: false,
      ejectedUntil: null,
      failuresInRow: 0,
      begin: () => false,
      answered: () => {},
      end: () => {},
      reset: () => {},
    },
    client: { send, close: () => {}, destroy: () => {} },
    ...more,
  })
}
