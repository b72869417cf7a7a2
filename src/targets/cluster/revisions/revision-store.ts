import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'
import type { RecordObject } from '../inventory/inventory.ts'
import {
  readContent,
  readFacts,
  revisionName,
  writeRevision,
  type RevisionFacts,
  type RevisionRecord,
} from './revision-record.ts'

/** Revisions that are kept, the current one included. */
const keptRevisions = 10

const asRecord = (object: LiveObject) => object as RecordObject & LiveObject
const refTo = (namespace: string, name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name })

/** The revisions that are kept, newest first. */
export async function listRevisions(
  client: ClusterClient,
  fleet: string,
  namespace: string,
): Promise<readonly RevisionFacts[]> {
  const labelSelector = `fairlead.dev/fleet=${fleet},fairlead.dev/record=revision`
  const { items } = await client.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector })
  return items.flatMap((object) => readFacts(asRecord(object)) ?? []).toSorted((a, b) => b.number - a.number)
}

/** A revision with what was applied; undefined where it is not kept any more, or a part of it is lost. */
export async function loadRevision(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  number: number,
): Promise<RevisionRecord | undefined> {
  const first = await client.get(refTo(namespace, revisionName(fleet, number)))
  const facts = first === undefined ? undefined : readFacts(asRecord(first))
  if (first === undefined || facts === undefined) return undefined
  const names = Array.from({ length: facts.parts - 1 }, (_, index) => revisionName(fleet, number, index + 1))
  const rest = await Promise.all(names.map((name) => client.get(refTo(namespace, name))))
  const parts = [first, ...rest].flatMap((part) => (part === undefined ? [] : [asRecord(part)]))
  if (parts.length < facts.parts) return undefined
  const { objectCount: _, parts: __, digest: ___, ...known } = facts
  return { ...known, ...readContent(parts) }
}

/** Keeps a revision. One of this number that was never completed gives way. */
export async function saveRevision(client: ClusterClient, record: RevisionRecord, namespace: string): Promise<void> {
  for (const object of writeRevision(record, namespace)) {
    try {
      await client.create(object)
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== 'conflict') throw error
      await client.delete(refTo(namespace, object.metadata.name ?? ''))
      await client.create(object)
    }
  }
}

/** Removes what is older than the revisions that are kept. */
export async function removeOldRevisions(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  keep = keptRevisions,
): Promise<void> {
  const old = (await listRevisions(client, fleet, namespace)).slice(keep)
  for (const { number, parts } of old) {
    for (let part = parts - 1; part >= 0; part -= 1)
      await client.delete(refTo(namespace, revisionName(fleet, number, part)))
  }
}
