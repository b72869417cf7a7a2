import type { Engine } from '../../engines/contract.ts'
import type { Environment } from '../../files/index.ts'
import type { StateFolder } from './state-folder.ts'

/** Longer paths are no names of sockets (Linux 108 bytes, macOS 104, the zero at the end included). */
const longestSocketPath = 103
/** A UUID, as vLLM names its sockets, and the slash before it. */
const nameBytes = 37

/**
 * Variables by which an engine has its own sockets in the Fleet's folder, where those of a killed one are removed at the next
 * start. None where the person says another folder, or the names would be too long.
 */
export function engineSocketVariables(
  { socketFolderVariable: variable }: Engine,
  { socketsFolder }: StateFolder,
  environment: Environment,
): Readonly<Record<string, string>> {
  if (variable === undefined || environment[variable] !== undefined) return {}
  return Buffer.byteLength(socketsFolder) + nameBytes > longestSocketPath ? {} : { [variable]: socketsFolder }
}
