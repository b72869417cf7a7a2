// One at a time: a lock file that holds the process id of its owner.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const pollEveryMs = 200
/** An owner writes its id right after it made the file; an empty file older than this has none. */
const emptyIsStaleAfterMs = 5_000

function tryLock(path) {
  try {
    const file = openSync(path, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The owner's process id; undefined when the lock is gone or its owner is. */
function livingOwner(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    if (pid === 0) return Date.now() - statSync(path).mtimeMs < emptyIsStaleAfterMs ? pid : undefined
    return isAlive(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Runs `work` while no other process holds the lock at `path`; waits for one that does. `onWait` is called once with its id. */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true })
  let hasWaited = false
  while (!tryLock(path)) {
    const owner = livingOwner(path)
    if (owner === undefined) {
      rmSync(path, { force: true })
      continue
    }
    if (!hasWaited) onWait(owner)
    hasWaited = true
    await sleep(pollEveryMs)
  }
  const release = () => rmSync(path, { force: true })
  process.once('exit', release)
  try {
    return await work()
  } finally {
    release()
    process.off('exit', release)
  }
}
