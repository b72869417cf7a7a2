import type { Service } from '../../../kubernetes/index.ts'
import { portName } from '../../rendering/cluster/index.ts'
import { enginePart, type ObjectsOf } from '../context.ts'

/** Label of the pods of a replica over several machines that clients call. */
export const leaderLabels = { 'fairlead.dev/node': 'leader' }

/** A headless Service for each kind of replica: its DNS name has the address of every ready pod, which the gateway calls. */
export const renderEngineServices: ObjectsOf = ({ engines, names, metadata, selector }) => ({
  objects: engines.map((service) => {
    const part = enginePart(service)
    const object: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(names.engine(service), part),
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: false,
        selector: { ...selector(part), ...(service.nodes > 1 ? leaderLabels : {}) },
        ports: service.ports.map(({ name, port }) => ({ name: portName(name), port, targetPort: portName(name) })),
      },
    }
    return {
      kind: 'object',
      object,
      comments: [
        {
          path: ['spec', 'clusterIP'],
          text: 'Headless: the gateway sees every replica by itself, so that it can route by load and prefix.',
        },
      ],
    }
  }),
})
