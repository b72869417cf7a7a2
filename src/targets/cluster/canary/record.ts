import { z } from 'zod'
import {
  ClusterError,
  type ClusterClient,
  type KubernetesObject,
  type LiveObject,
  type ObjectRef,
} from '../../../kubernetes/index.ts'
import { recordLabels, type Inventory, type RecordObject } from '../inventory/inventory.ts'
import { digestOf, readContent, writeRevision } from '../revisions/revision-record.ts'

const stateSchema = z.object({
  version: z.literal(1),
  models: z.array(z.object({ label: z.string(), deployment: z.string(), service: z.string() })).readonly(),
  settings: z.object({
    shares: z.array(z.number()).readonly(),
    replicas: z.number(),
    stepMs: z.number(),
    fewestRequests: z.number(),
    moreErrors: z.number(),
    slower: z.number(),
    promotes: z.boolean(),
  }),
  /** Index of the share that it has. */
  step: z.number(),
  /** `watched`: somebody raises the share; `paused`: it stays until somebody says otherwise; `passed`: it may be promoted. */
  phase: z.enum(['watched', 'paused', 'passed']),
  /** What it looked like last, in words. */
  reason: z.string(),
  /** Of what it is a trial: names the content, and how many parts that has. */
  digest: z.string(),
  parts: z.number(),
  /** Version of Fairlead that rendered it. */
  rendered: z.string(),
})

/** How a trial stands. The cluster keeps it, so that whoever comes next goes on from there. */
export type CanaryState = z.output<typeof stateSchema>

/** The Fleet that is tried, as it is applied when the trial is over. */
export interface TriedFleet {
  readonly fleetText: string
  readonly objects: readonly KubernetesObject[]
  readonly version: string
}

/** Who changes single fields while a trial is under way. */
export const canaryManager = 'fairlead-rollout'

/** Name of the ConfigMap with the state of a Fleet’s trial. */
const recordName = (fleet: string) => `${fleet}-canary`
const contentName = (fleet: string, digest: string, part: number) => `${fleet}-canary-${digest}-${part}`
const refTo = (namespace: string, name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name })

/** Whether a trial of a Fleet was begun and is not over. */
export const isTried = ({ fleet, objects }: Inventory): boolean =>
  objects.some(({ kind, name }) => kind === 'ConfigMap' && name === recordName(fleet))

/** By which two trials are known to be of the same Fleet. */
export const digestOfTried = ({ fleetText, objects }: TriedFleet): string => digestOf(fleetText, objects)

/** A trial as objects of the Fleet: what removes the canary removes them too. */
export function recordOf(
  fleet: string,
  namespace: string,
  tried: TriedFleet,
  state: Omit<CanaryState, 'version' | 'digest' | 'parts' | 'rendered'>,
): { readonly state: CanaryState; readonly objects: readonly KubernetesObject[] } {
  const { version, fleetText, objects } = tried
  const digest = digestOfTried(tried)
  const facts = { fleet, number: 1, target: '', appliedAt: '', version, reason: '', fleetText, objects }
  const content = writeRevision(facts, namespace).toReversed()
  const whole: CanaryState = { ...state, version: 1, digest, parts: content.length, rendered: version }
  return {
    state: whole,
    objects: [
      ...content.map(({ binaryData = {} }, part) =>
        recordObject(fleet, namespace, contentName(fleet, digest, part), { immutable: true, binaryData }),
      ),
      recordObject(fleet, namespace, recordName(fleet), { data: { state: JSON.stringify(whole) } }),
    ],
  }
}

const recordObject = (
  fleet: string,
  namespace: string,
  name: string,
  content: Pick<RecordObject, 'immutable' | 'data' | 'binaryData'>,
): RecordObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: recordLabels(fleet, 'canary') },
  ...content,
})

/** How the trial of a Fleet stands; undefined where there is none. */
export async function loadCanary(
  client: ClusterClient,
  fleet: string,
  namespace: string,
): Promise<CanaryState | undefined> {
  return (await loadRecord(client, fleet, namespace))?.state
}

/** The state, and the version of the object that holds it. */
async function loadRecord(
  client: ClusterClient,
  fleet: string,
  namespace: string,
): Promise<{ readonly state: CanaryState; readonly resourceVersion: string | undefined } | undefined> {
  const object = (await client.get(refTo(namespace, recordName(fleet)))) as (RecordObject & LiveObject) | undefined
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined
  const { resourceVersion } = object.metadata
  try {
    return { state: stateSchema.parse(JSON.parse(object.data?.['state'] ?? '')), resourceVersion }
  } catch {
    return undefined
  }
}

/**
 * Changes how a trial stands. Several may do so at once: each changes what the one before has written.
 * @param change gives the state to write; undefined where that of now is to stay
 * @returns whether a state was written
 */
export async function updateCanary(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  change: (state: CanaryState) => CanaryState | undefined,
): Promise<boolean> {
  for (;;) {
    const record = await loadRecord(client, fleet, namespace)
    if (record === undefined) return false
    const changed = change(record.state)
    if (changed === undefined) return false
    const { resourceVersion } = record
    const patch = { metadata: { resourceVersion }, data: { state: JSON.stringify(changed) } }
    try {
      await client.patch(refTo(namespace, recordName(fleet)), patch, { fieldManager: canaryManager })
      return true
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== 'conflict') throw error
    }
  }
}

/** The Fleet that is tried; undefined where a part of it is lost. */
export async function loadTried(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  { digest, parts, rendered }: CanaryState,
): Promise<TriedFleet | undefined> {
  const names = Array.from({ length: parts }, (_, part) => contentName(fleet, digest, part))
  const objects = await Promise.all(names.map((name) => client.get(refTo(namespace, name))))
  const found = objects.filter((object) => object !== undefined) as (RecordObject & LiveObject)[]
  return found.length < parts ? undefined : { ...readContent(found), version: rendered }
}
