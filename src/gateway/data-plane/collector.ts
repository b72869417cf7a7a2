import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let exposed: NodeJS.GCFunction | null = null

/** V8's own `gc`, which it shows to contexts that are made while the flag is set; one that does nothing where it does not. */
export function collector(): NodeJS.GCFunction {
  if (exposed !== null) return exposed
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  exposed = typeof gc === 'function' ? (gc as NodeJS.GCFunction) : () => Promise.resolve()
  return exposed
}
