import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { recordLabels, type RecordObject } from '../inventory/inventory.ts'

/** One applied state. */
export interface RevisionRecord {
  readonly fleet: string
  readonly number: number
  readonly target: string
  readonly appliedAt: string
  /** Version of Fairlead that rendered it. */
  readonly version: string
  readonly reason: string
  readonly fleetText: string
  readonly objects: readonly KubernetesObject[]
}

/** What a list of revisions shows, without what was applied. */
export type RevisionFacts = Omit<RevisionRecord, 'objects' | 'fleetText'> & {
  readonly objectCount: number
  readonly parts: number
  readonly digest: string
}

/** Bytes of compressed content in one ConfigMap, which holds 1 MiB with everything, base64 included. */
const partBytes = 700_000

const factsSchema = z.object({
  fleet: z.string(),
  number: z.int().positive(),
  target: z.string(),
  appliedAt: z.string(),
  version: z.string(),
  reason: z.string(),
  objectCount: z.int(),
  parts: z.int().positive(),
  digest: z.string(),
})

/** Name of a part of a revision; the first carries the facts. */
export const revisionName = (fleet: string, number: number, part = 0): string =>
  part === 0 ? `${fleet}-revision-${number}` : `${fleet}-revision-${number}-${part}`

/** By which two states are known to be the same. */
export function digestOf(fleetText: string, objects: readonly KubernetesObject[]): string {
  return createHash('sha256')
    .update(JSON.stringify([fleetText, objects]))
    .digest('hex')
    .slice(0, 16)
}

/** A revision as immutable ConfigMaps: compressed, in as many parts as it takes, the one with the facts last. */
export function writeRevision(record: RevisionRecord, namespace: string): RecordObject[] {
  const { objects, fleetText, ...known } = record
  const content = gzipSync(JSON.stringify({ fleetText, objects }))
  const parts = Math.max(1, Math.ceil(content.length / partBytes))
  const facts: RevisionFacts = { ...known, objectCount: objects.length, parts, digest: digestOf(fleetText, objects) }
  return Array.from({ length: parts }, (_, part) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: revisionName(record.fleet, record.number, part),
      namespace,
      labels: { ...recordLabels(record.fleet, 'revision'), 'fairlead.dev/revision': String(record.number) },
    },
    immutable: true,
    ...(part === 0 ? { data: { facts: JSON.stringify(facts) } } : {}),
    binaryData: { content: content.subarray(part * partBytes, (part + 1) * partBytes).toString('base64') },
  })).toReversed()
}

/** The facts in a revision’s first part; undefined for what is none. */
export function readFacts({ data }: RecordObject): RevisionFacts | undefined {
  try {
    return factsSchema.parse(JSON.parse(data?.['facts'] ?? ''))
  } catch {
    return undefined
  }
}

const contentSchema = z.object({
  fleetText: z.string(),
  objects: z.array(
    z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) }),
  ),
})

/** What its parts hold, first part first. */
export function readContent(parts: readonly RecordObject[]): Pick<RevisionRecord, 'fleetText' | 'objects'> {
  const bytes = parts.map(({ binaryData }) => Buffer.from(binaryData?.['content'] ?? '', 'base64'))
  return contentSchema.parse(JSON.parse(gunzipSync(Buffer.concat(bytes)).toString()))
}
