import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Threads share the flag, and one may take it back before the context of another is made. */
const tries = 100

let exposed: NodeJS.GCFunction | null = null

/** V8's own `gc`, which it shows to contexts that are made while the flag is set; one that does nothing where it does not. */
export function collector(): NodeJS.GCFunction {
  if (exposed !== null) return exposed
  let gc: unknown
  for (let attempt = 0; attempt < tries && typeof gc !== 'function'; attempt += 1) {
    setFlagsFromString('--expose-gc')
    gc = runInNewContext('globalThis.gc')
  }
  setFlagsFromString('--no-expose-gc')
  exposed = typeof gc === 'function' ? (gc as NodeJS.GCFunction) : () => Promise.resolve()
  return exposed
}
