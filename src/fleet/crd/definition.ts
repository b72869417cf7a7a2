import { fleetVersion } from '../schema/fleet-document.ts'
import type { JsonSchema } from '../json-schema.ts'
import { fleetCrdSchema } from './schema.ts'

/** A definition as an API server takes it (apiextensions.k8s.io/v1). */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1'
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: {
    readonly group: string
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
    }
    readonly scope: 'Namespaced'
    readonly versions: readonly {
      readonly name: string
      readonly served: boolean
      readonly storage: boolean
      readonly schema: { readonly openAPIV3Schema: JsonSchema }
      readonly subresources: { readonly status: object }
      readonly additionalPrinterColumns: readonly PrinterColumn[]
    }[]
  }
}

/** A column of `kubectl get fleets`; with priority 1 only of `-o wide`. */
interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date'
  readonly jsonPath: string
  readonly description?: string
  readonly priority?: number
}

const group = 'fairlead.dev'
const plural = 'fleets'

/** What `kubectl get fleets` shows; the fields are those of the status. */
const columns: readonly PrinterColumn[] = [
  { name: 'Models', type: 'integer', jsonPath: '.status.models', description: 'Models of the Fleet.' },
  { name: 'Ready', type: 'integer', jsonPath: '.status.readyModels', description: 'Models that answer.' },
  {
    name: 'State',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'Ready, or why not.',
  },
  { name: 'Gateway', type: 'string', jsonPath: '.status.address', description: 'Where clients ask.' },
  { name: 'Target', type: 'string', jsonPath: '.status.target', priority: 1, description: 'Platform it runs on.' },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    priority: 1,
    description: 'The state in words.',
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

/** The definition of the Fleet resource: namespaced, with a status of its own that people who write Fleets do not write. */
export function fleetCrd(): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/part-of': 'fairlead' } },
    spec: {
      group,
      names: { kind: 'Fleet', listKind: 'FleetList', plural, singular: 'fleet' },
      scope: 'Namespaced',
      versions: [
        {
          name: fleetVersion,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: fleetCrdSchema() },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  }
}
