import type { InferencePool } from '../../../kubernetes/index.ts'
import type { ObjectsOf } from '../context.ts'
import { poolLabel } from '../pools/index.ts'
import { routerPorts } from '../release.ts'
import { routerPart } from './part.ts'

/** An InferencePool for each model: which pods are its replicas, and who chooses among them. */
export const renderPools: ObjectsOf = ({ pools, metadata }) => ({
  objects: pools.map((pool) => {
    const object: InferencePool = {
      apiVersion: 'inference.networking.k8s.io/v1',
      kind: 'InferencePool',
      metadata: metadata(pool.name, routerPart(pool)),
      spec: {
        selector: { matchLabels: { [poolLabel]: pool.name } },
        targetPorts: [{ number: routerPorts.member }],
        appProtocol: 'http',
        endpointPickerRef: {
          name: pool.picker,
          port: { number: routerPorts.picker },
          failureMode: pool.isSplit ? 'FailClose' : 'FailOpen',
        },
      },
    }
    const text = pool.isSplit
      ? 'Without its picker a pool would send requests to replicas that only prefill.'
      : 'Without its picker a pool sends requests to any replica, which all can answer.'
    return { kind: 'object', object, comments: [{ path: ['spec', 'endpointPickerRef', 'failureMode'], text }] }
  }),
})
