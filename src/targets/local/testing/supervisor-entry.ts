/**
 * A supervisor in a process of its own: `node supervisor-entry.ts FLEET-FILE`; says `ready` or `failed` over IPC.
 * SIGTERM stops it in order, as it does with `fairlead up`.
 */
import { readFileSync } from 'node:fs'
import { fleetSchema } from '../../../fleet/index.ts'
import { createLocalTarget } from '../target.ts'
import { standInParts } from './stand-in-parts.ts'
import { silentProgress } from './silent-progress.ts'

const file = process.argv[2] ?? ''
const fleet = fleetSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
const stopping = new AbortController()
process.on('SIGTERM', () => stopping.abort())
try {
  await createLocalTarget(standInParts).apply(
    { fleet, file },
    {
      environment: process.env,
      progress: silentProgress(),
      signal: stopping.signal,
      onReady: (status) => process.send?.({ type: 'ready', status }),
    },
  )
  process.exit(0)
} catch (error) {
  process.send?.({ type: 'failed', message: error instanceof Error ? error.message : String(error) }, () =>
    process.exit(1),
  )
}
