import { hostname, userInfo } from 'node:os'
import { UserError } from '../../../errors/index.ts'
import { isAlive, ownIdentity } from '../../../files/index.ts'
import { ClusterError, type ClusterClient, type Lease, type LiveObject } from '../../../kubernetes/index.ts'
import { recordLabels } from '../inventory/inventory.ts'

/** How long a holder that says nothing keeps the lock. */
const leaseSeconds = 30
/** How often a holder says that it lives. */
const renewMs = 8_000

/** Name of the lock of a Fleet. */
const lockName = (fleet: string) => `${fleet}-apply`

interface Held extends LiveObject {
  readonly spec?: Lease['spec']
}

/** Who this process is to others: somebody somewhere, and which process. */
function ownHolder(): string {
  const { pid, startTime } = ownIdentity()
  return `${userName()}@${hostname()} (process ${pid}, ${startTime})`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may have a user id that no file names.
    return String(process.getuid?.() ?? 'somebody')
  }
}

/** Whether the holder was a process of this machine that is gone. */
function hasDiedHere(holder: string): boolean {
  const [, host, pid, startTime] = /@(.*) \(process (\d+), (.*)\)$/.exec(holder) ?? []
  if (host !== hostname() || pid === undefined || startTime === undefined) return false
  return !isAlive({ pid: Number(pid), startTime })
}

/** The server’s own clock, to a second: ours may be off, and so may be the holder’s. */
async function serverTimeMs(client: ClusterClient, namespace: string): Promise<number> {
  const probe = await client.create(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'fairlead-clock-', namespace } },
    { dryRun: true },
  )
  return Date.parse(probe.metadata.creationTimestamp ?? '')
}

/** When the lock was last written, by the server’s clock. */
function writtenAtMs({ metadata: { managedFields, creationTimestamp } }: Held): number {
  const times = (managedFields ?? []).map(({ time }) => time ?? '')
  return Math.max(...[...times, creationTimestamp ?? ''].map((time) => Date.parse(time) || 0))
}

/** Ends holding a lock. */
interface Hold {
  /** Fires when the lock is lost to somebody else. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** Does work as the only one who changes a Fleet. */
export async function asOnlyOperator<Result>(
  client: ClusterClient,
  { fleet, namespace, signal }: { readonly fleet: string; readonly namespace: string; readonly signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const hold = await takeLock(client, fleet, namespace)
  try {
    return await work(AbortSignal.any([signal, hold.lost]))
  } finally {
    await hold.release()
  }
}

async function takeLock(client: ClusterClient, fleet: string, namespace: string): Promise<Hold> {
  const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: lockName(fleet) }
  const before = (await client.get(ref)) as Held | undefined
  const holder = before?.spec?.holderIdentity ?? ''
  if (before !== undefined && holder !== '' && !hasDiedHere(holder)) {
    const age = (await serverTimeMs(client, namespace)) - writtenAtMs(before)
    const limitMs = (before.spec?.leaseDurationSeconds ?? leaseSeconds) * 1_000
    if (age <= limitMs) throw heldError(fleet, holder, limitMs - age)
  }
  const own = ownHolder()
  const leaseOf = (resourceVersion?: string): Lease => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: ref.name,
      namespace,
      labels: recordLabels(fleet, 'lock'),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { holderIdentity: own, leaseDurationSeconds: leaseSeconds, renewTime: now() },
  })
  let version: string | undefined
  try {
    const lease = leaseOf(before?.metadata.resourceVersion)
    const written = before === undefined ? await client.create(lease) : await client.update(lease)
    version = written.metadata.resourceVersion
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'conflict') throw heldError(fleet, 'somebody else', renewMs)
    throw error
  }
  const lost = new AbortController()
  let renewing = Promise.resolve()
  const renew = async () => {
    try {
      version = (await client.update(leaseOf(version))).metadata.resourceVersion
    } catch (error) {
      // A server that cannot be reached is asked again; somebody who took the lock is heeded.
      if (!(error instanceof ClusterError) || !['conflict', 'not-found'].includes(error.reason)) return
      lost.abort(heldError(fleet, 'somebody else', leaseSeconds * 1_000))
    }
  }
  const timer = setInterval(() => {
    renewing = renewing.then(renew)
  }, renewMs)
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer)
      await renewing
      if (lost.signal.aborted) return
      // Who cannot say so is believed gone when the lease ends.
      await client.delete(ref).catch(() => false)
    },
  }
}

const now = () => new Date().toISOString().replace(/Z$/, '000Z')

function heldError(fleet: string, holder: string, forMs: number): UserError {
  return new UserError({
    what: `Fleet ${fleet} is being changed by ${holder.replace(/, [^,]*\)$/, ')')}`,
    why: 'Two at once would undo each other’s work; nothing was changed.',
    mend: `Run the command again when the other has finished. One that was killed is forgotten within ${Math.ceil(forMs / 1_000)} s.`,
  })
}
