import type { Service } from '../../../kubernetes/index.ts'
import { portName } from '../../rendering/cluster/index.ts'
import { enginePart, podLabelsOf, type ObjectsOf } from '../context.ts'

/**
 * A headless Service for each kind of replica that the gateway routes to. KServe makes Services of its own (`<name>-predictor`),
 * which have one address for all pods unless its configuration says otherwise (`serviceClusterIPNone`).
 */
export const renderReplicaServices: ObjectsOf = ({
  engines,
  gateway,
  isKnative,
  names,
  metadata,
  fleet,
  settings,
  serviceName,
}) => {
  if (gateway === null || isKnative) return {}
  return {
    objects: engines.map((service) => {
      const object: Service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(names.engine(service), enginePart(service)),
        spec: {
          clusterIP: 'None',
          selector: {
            ...podLabelsOf(service, fleet.name),
            ...(settings.kind === 'InferenceService'
              ? { 'serving.kserve.io/inferenceservice': serviceName(service) }
              : { 'kserve.io/component': 'workload' }),
          },
          ports: service.ports.map(({ name, port }) => ({ name: portName(name), port, targetPort: port })),
        },
      }
      return {
        kind: 'object',
        object,
        comments: [
          {
            path: ['spec', 'clusterIP'],
            text: 'Headless, beside the Service that KServe makes: the gateway sees every replica by itself, so that it can route by load and prefix.',
          },
        ],
      }
    }),
  }
}
