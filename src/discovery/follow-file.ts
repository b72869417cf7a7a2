import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'
import { readBoundedFile } from '../files/index.ts'

/** Network file systems and containers' mounts deliver no events; the file is looked at this often too. */
const pollIntervalMs = 1_000
/** Kubernetes exchanges all files of a mounted ConfigMap or Secret by replacing this link beside them. */
const mountedVersion = '..data'

/** How a file is followed. */
export interface FollowOptions {
  readonly path: string
  readonly limitBytes: number
  /** Told the content at first and whenever it is another; what it throws goes to `onError`. */
  readonly take: (text: string) => void | Promise<void>
  /** Told why the file cannot be read or taken, once for each new reason. */
  readonly onError: (error: Error) => void
}

/** A file that is followed. */
export interface FileFollower {
  /** Reads it for the first time, then follows it; resolves to why it could not be taken, or null. */
  start(): Promise<Error | null>
  close(): Promise<void>
}

/** Follows a file that is rewritten, replaced, or exchanged behind a symbolic link. */
export function followFile({ path, limitBytes, take, onError }: FollowOptions): FileFollower {
  let content: string | undefined
  let problem: Error | null = null
  let reading: Promise<void> | undefined
  let readAgain = false
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  async function read(): Promise<void> {
    try {
      const text = (await readBoundedFile(path, limitBytes)).toString('utf8')
      if (isClosed) return
      if (text !== content) await take(text)
      content = text
      problem = null
    } catch (error) {
      const next = error instanceof Error ? error : new Error(String(error))
      const isNews = next.message !== problem?.message
      problem = next
      if (isNews && !isClosed) onError(next)
    }
  }

  /** Reads now, or once more after the reading that is under way. */
  function refresh(): Promise<void> {
    if (reading !== undefined) {
      readAgain = true
      return reading
    }
    reading = read().finally(() => {
      reading = undefined
      const again = readAgain && !isClosed
      readAgain = false
      if (again) void refresh()
    })
    return reading
  }

  function follow(): void {
    // The folder is watched, since an atomic write replaces the file itself.
    const name = basename(path)
    try {
      watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === name || changed === mountedVersion) void refresh()
      })
      watcher.on('error', () => watcher?.close())
    } catch {
      // No events here, or no such folder yet: the poll finds the changes.
    }
    timer = setInterval(() => void refresh(), pollIntervalMs)
    timer.unref()
  }

  return {
    async start() {
      await refresh()
      if (!isClosed) follow()
      return problem
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      watcher?.close()
      await reading
    },
  }
}
