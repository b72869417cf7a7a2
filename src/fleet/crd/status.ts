import type { JsonSchema } from '../json-schema.ts'
import { scalingSchema } from './scaling-status.ts'
import { count } from './status-fields.ts'

/** What the controller reports; conditions as meta/v1 Condition has them. */
export const fleetStatusSchema: JsonSchema = {
  description: 'What the controller found and did; written by it alone.',
  type: 'object',
  properties: {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The generation of the Fleet that this status is about.',
    },
    target: { type: 'string', maxLength: 63, description: 'Platform that it runs on.' },
    address: { type: 'string', maxLength: 2048, description: 'Where clients ask.' },
    models: count('Models of the Fleet.'),
    readyModels: count('Models with as many ready replicas as they are to have.'),
    revision: { type: 'string', maxLength: 63, description: 'The revision that was applied last.' },
    modelStatus: {
      type: 'array',
      description: 'Each model.',
      maxItems: 500,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 253, description: 'Name of the model.' },
          replicas: count('Replicas that it is to have.'),
          readyReplicas: count('Replicas that answer.'),
          message: { type: 'string', maxLength: 1024, description: 'What it waits for, or what is wrong.' },
        },
      },
    },
    scaling: {
      type: 'array',
      description: 'Each pool that the controller scales, with what it decided last.',
      maxItems: 500,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['model', 'role'],
      items: scalingSchema,
    },
    conditions: {
      type: 'array',
      description: 'Ready, Progressing and Degraded, and Autoscaling where something scales.',
      maxItems: 32,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
        properties: {
          type: { type: 'string', maxLength: 316 },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: { type: 'integer', format: 'int64' },
          lastTransitionTime: { type: 'string', format: 'date-time', maxLength: 64 },
          reason: { type: 'string', maxLength: 1024 },
          message: { type: 'string', maxLength: 32_768 },
        },
      },
    },
  },
}
