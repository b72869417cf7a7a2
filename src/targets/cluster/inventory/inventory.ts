import type { KubernetesObject, ObjectRef } from '../../../kubernetes/index.ts'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { keyOf } from '../objects/object-names.ts'

/** What a Fleet's labels stand for. */
export interface ModelName {
  /** Value of `fairlead.dev/model`. */
  readonly label: string
  readonly name: string
  readonly engine: string
}

/** All that a Fleet has in a cluster, as the cluster itself keeps it. */
export interface Inventory {
  readonly fleet: string
  /** Target that it was rendered for. */
  readonly target: string
  /** `applying` from before the first object is written until the last is; then `settled`. */
  readonly state: 'applying' | 'settled'
  /** Newest completed revision; 0 where none was. */
  readonly revision: number
  /** When `state` came about, ISO 8601. */
  readonly since: string
  readonly models: readonly ModelName[]
  /** Everything that may be there. While it is applied: what was there, and what is to be. */
  readonly objects: readonly ObjectRef[]
}

/** Labels of what Fairlead keeps for itself in a cluster. */
export const recordLabels = (
  fleet: string,
  record: 'inventory' | 'revision' | 'lock' | 'canary',
): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'fairlead',
  'app.kubernetes.io/part-of': 'fairlead',
  'fairlead.dev/fleet': fleet,
  'fairlead.dev/record': record,
})

/** Name of the ConfigMap. */
export const inventoryName = (fleet: string): string => `${fleet}-inventory`

/** Beyond this a list is compressed: a ConfigMap holds 1 MiB (https://kubernetes.io/docs/concepts/configuration/configmap/). */
const plainLimitCharacters = 600_000

const factsSchema = z.object({
  version: z.literal(1),
  target: z.string(),
  state: z.enum(['applying', 'settled']),
  revision: z.int().nonnegative(),
  since: z.string(),
  models: z.array(z.object({ label: z.string(), name: z.string(), engine: z.string() })),
})

const lineOf = ({ apiVersion, kind, namespace = '-', name }: ObjectRef) => [apiVersion, kind, namespace, name].join(' ')

function refOfLine(line: string): ObjectRef[] {
  const [apiVersion, kind, namespace, name] = line.split(' ')
  if (apiVersion === undefined || kind === undefined || namespace === undefined || name === undefined) return []
  return [{ apiVersion, kind, name, ...(namespace === '-' ? {} : { namespace }) }]
}

/** A ConfigMap with text and bytes. */
export interface RecordObject extends KubernetesObject {
  readonly immutable?: boolean
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

/** An inventory as an object: one line for each object, so that people can read it. */
export function writeInventory(inventory: Inventory, namespace: string, resourceVersion?: string): RecordObject {
  const { fleet, target, state, revision, since, models, objects } = inventory
  const list = objects.map((ref) => `${lineOf(ref)}\n`).join('')
  const facts = JSON.stringify({ version: 1, target, state, revision, since, models })
  const isLong = list.length > plainLimitCharacters
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: inventoryName(fleet),
      namespace,
      labels: recordLabels(fleet, 'inventory'),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    data: { facts, ...(isLong ? {} : { objects: list }) },
    ...(isLong ? { binaryData: { objects: gzipSync(list).toString('base64') } } : {}),
  }
}

/** The inventory in a ConfigMap; undefined for what is none. */
export function readInventory(object: RecordObject, fleet: string): Inventory | undefined {
  const { data, binaryData } = object
  const facts = factsSchema.safeParse(parseJson(data?.['facts']))
  if (!facts.success) return undefined
  const packed = binaryData?.['objects']
  const list = packed === undefined ? (data?.['objects'] ?? '') : gunzipSync(Buffer.from(packed, 'base64')).toString()
  const { version: _, ...known } = facts.data
  return { fleet, ...known, objects: list.split('\n').flatMap(refOfLine) }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Objects of both lists, each once, in the version of the second. */
export function unionOf(before: readonly ObjectRef[], after: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map([...before, ...after].map((ref) => [keyOf(ref), ref])).values()]
}
