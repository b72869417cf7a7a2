import { exitCodes, UserError } from '../../errors/index.ts'
import { handovers, SharedPrompts, stores, type Handover } from './kv-transfer/index.ts'
import type { SimulatedSettings } from './settings.ts'

/** How an engine hands prompts over to others: from engine to engine, by a shared place, or not at all. */
export interface EngineTransfer {
  readonly handover: Handover | null
  readonly shared: SharedPrompts | null
}

/** What the settings ask for; throws `UserError` where a shared place is missing. */
export function transferOf({ kvConnector, kvFolder }: SimulatedSettings): EngineTransfer {
  switch (kvConnector) {
    case 'none':
      return { handover: null, shared: null }
    case 'sharedStorage':
    case 'lmcache':
      if (kvFolder === undefined) throw withoutFolder(kvConnector)
      return { handover: null, shared: new SharedPrompts(kvFolder, stores[kvConnector]) }
    default:
      return { handover: handovers[kvConnector], shared: null }
  }
}

function withoutFolder(kvConnector: string): UserError {
  return new UserError({
    what: `\`kvConnector: ${kvConnector}\` of the simulated engine has no \`kvFolder\`.`,
    why: 'Its prompts are found in a folder that all engines reach.',
    mend: 'Name the same folder for all of them.',
    exitCode: exitCodes.usage,
  })
}
