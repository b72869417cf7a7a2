import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

/** Network file systems and containers' mounts deliver no events; the files are looked at this often too. */
const pollIntervalMs = 500
/** A file that was just written may not be whole yet: it is read once it has been still for this long. */
const settleMs = 50

/** Kubernetes exchanges all files of a mounted ConfigMap or Secret by replacing this link beside them. */
const mountedVersion = '..data'

/** Follows files that are replaced, rewritten or exchanged behind a symbolic link. */
export interface FileWatch {
  /** Follows these from now on. */
  follow(files: readonly string[]): Promise<void>
  close(): void
}

/** Calls `onChange` after one of the followed files has changed, appeared or gone. */
export function watchFiles(onChange: () => void): FileWatch {
  let files: readonly string[] = []
  let known = ''
  let seen = ''
  let watchers: FSWatcher[] = []
  let settling: NodeJS.Timeout | undefined
  let isClosed = false

  const look = async (): Promise<void> => {
    const now = await signatureOf(files)
    if (isClosed) return
    const isStill = now === seen
    seen = now
    if (now === known) return
    clearTimeout(settling)
    if (isStill) {
      known = now
      onChange()
    } else {
      settling = setTimeout(() => void look(), settleMs)
    }
  }
  const timer = setInterval(() => void look(), pollIntervalMs)
  timer.unref()

  const watchFolders = (): void => {
    for (const watcher of watchers) watcher.close()
    watchers = []
    const names = new Set(files.map((file) => basename(file)))
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      try {
        // The folder is watched, since an atomic write replaces the file itself.
        const watcher = watch(folder, { persistent: false }, (_event, changed) => {
          if (changed === null || changed === mountedVersion || names.has(changed)) void look()
        })
        watcher.on('error', () => watcher.close())
        watchers.push(watcher)
      } catch {
        // No events here, or no such folder yet: the poll finds the changes.
      }
    }
  }

  return {
    async follow(next) {
      if (next.join('\n') === files.join('\n')) return
      files = [...next]
      known = await signatureOf(files)
      seen = known
      if (!isClosed) watchFolders()
    },
    close() {
      isClosed = true
      clearInterval(timer)
      clearTimeout(settling)
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** What changes when a file does. */
async function signatureOf(files: readonly string[]): Promise<string> {
  const signatures = files.map(async (file) => {
    try {
      const { ino, size, mtimeMs, ctimeMs } = await stat(file)
      return `${ino} ${size} ${mtimeMs} ${ctimeMs}`
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code)
    }
  })
  return (await Promise.all(signatures)).join('\n')
}
