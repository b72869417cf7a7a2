import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { createFolder } from './create-folder.ts'

/** Who holds a lock file: its content, as JSON. */
interface LockOwner extends ProcessIdentity {
  readonly host: string
  /** Differs for each time the lock is taken. */
  readonly token: string
}

/** A lock as it was found. */
interface FoundLock {
  /** Undefined when the content is not (yet) a whole owner. */
  readonly owner: LockOwner | undefined
  readonly ageMs: number
}

const pollMs = 100
/** A holder touches its file this often, for readers on other hosts, which cannot see its process. */
const heartbeatMs = 5_000
/** A lock of another host, or one without a whole owner, is given up after this long without a touch. */
const abandonedMs = 60_000

/** What `withLock` tells meanwhile. */
export interface LockOptions {
  /** Called once when somebody else holds the lock. */
  readonly onWait?: (ownerPid: number | undefined) => void
}

/**
 * Runs `work` while holding a lock file that other processes respect, and releases it whatever happens.
 * The lock of a process that died is taken over, by exactly one of those that wait.
 * Rejects with the signal's reason when it fires while waiting; `work` watches the signal itself.
 */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  signal.throwIfAborted()
  await createFolder(dirname(path))
  let hasTold = false
  let token = await tryAcquire(path)
  while (token === undefined) {
    if (!hasTold) options.onWait?.((await readLock(path))?.owner?.pid)
    hasTold = true
    await delay(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    token = await tryAcquire(path)
  }
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, heartbeatMs)
  heartbeat.unref()
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    await release(path, token)
  }
}

/** Takes the lock if it is free or its holder is dead; returns the token to release it with. */
async function tryAcquire(path: string): Promise<string | undefined> {
  const token = await tryCreate(path)
  if (token !== undefined) return token
  const found = await readLock(path)
  if (found === undefined || !isAbandoned(found)) return undefined
  // Between judging and removing, somebody else may have removed and retaken it. So removing has a lock of its own, and what
  // is removed is looked at again under it. That lock may be left by a dead process too, and is then taken over the same way.
  const guardPath = `${path}.takeover`
  const guard = await tryAcquire(guardPath)
  if (guard === undefined) return undefined
  try {
    const again = await readLock(path)
    if (again !== undefined && again.owner?.token === found.owner?.token && isAbandoned(again)) await rm(path)
    return await tryCreate(path)
  } finally {
    await release(guardPath, guard)
  }
}

async function tryCreate(path: string): Promise<string | undefined> {
  const owner: LockOwner = { ...ownIdentity(), host: hostname(), token: randomUUID() }
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    await file.writeFile(JSON.stringify(owner))
    return owner.token
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function release(path: string, token: string): Promise<void> {
  const found = await readLock(path)
  if (found?.owner?.token === token) await rm(path, { force: true })
}

function isAbandoned({ owner, ageMs }: FoundLock): boolean {
  if (owner !== undefined && owner.host === hostname()) return !isAlive(owner)
  return ageMs > abandonedMs
}

async function readLock(path: string): Promise<FoundLock | undefined> {
  try {
    const [content, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { owner: parseOwner(content), ageMs: Date.now() - mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseOwner(content: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(content) as Partial<LockOwner>
    const { pid, startTime, host, token } = owner
    if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined
    return typeof host === 'string' && typeof token === 'string' ? { pid, startTime, host, token } : undefined
  } catch {
    return undefined
  }
}
