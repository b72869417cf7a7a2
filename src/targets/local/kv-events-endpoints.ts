import { join } from 'node:path'
import type { Engine, KvEventsEndpoints } from '../../engines/contract.ts'
import { goesByKvEvents, type Model } from '../../fleet/index.ts'
import type { StateFolder } from './state-folder.ts'

/** Longer paths are no names of sockets (Linux 108 bytes, macOS 104, the zero at the end included). */
const longestSocketPath = 103

/**
 * Where a replica on this machine publishes its KV events: sockets in the Fleet's folder, which only this user enters,
 * since the events hold prompts and ZeroMQ asks for no key. Undefined where nobody listens, or they cannot be had.
 */
export function kvEventsEndpointsOf(
  folder: StateFolder,
  id: string,
  { routing, kvCache, parallelism, engineArgs }: Model,
  { publishesKvEvents }: Engine,
): KvEventsEndpoints | undefined {
  if (!goesByKvEvents(routing.policy) || publishesKvEvents !== true || !kvCache.prefixCaching) return undefined
  // vLLM 0.32 has no sockets for further data-parallel ranks (`kv_events.py`, `offset_endpoint_port`).
  if (parallelism.data > 1) return undefined
  // A person who says where events go has another use for them.
  if (engineArgs.some((argument) => argument.startsWith('--kv-events-config'))) return undefined
  const path = join(folder.path, `${id}.kv`)
  if (Buffer.byteLength(`${path}-replay`) > longestSocketPath) return undefined
  return { endpoint: `ipc://${path}`, replayEndpoint: `ipc://${path}-replay` }
}
