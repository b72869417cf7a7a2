/**
 * Loaded into every thread of a gateway under test by `--import`: a worker looks for the file that FAULT_FILE names,
 * and does what stands in it, `<name of the thread> throw` or `<name of the thread> fill`.
 */
import { readFileSync, rmSync } from 'node:fs'
import * as threads from 'node:worker_threads'

const file = process.env['FAULT_FILE']
if (!threads.isMainThread && file !== undefined) {
  const look = (): void => {
    const [name, fault] = read(file).trim().split(' ')
    if (name !== threads.threadName) return
    rmSync(file)
    if (fault === 'throw') throw new Error('a fault that a test ordered')
    // In pieces far below what is left to a thread whose heap is full: more would end the process.
    const piece = Array.from({ length: 100_000 }, () => 0)
    const kept: number[][] = []
    for (;;) kept.push([...piece])
  }
  setInterval(look, 10).unref()
}

/** What the file says; nothing while there is none. Another thread may take it away at any moment. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
