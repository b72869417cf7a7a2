import type { Environment } from '../../files/index.ts'
import type { Evidence } from '../contract.ts'
import { gatewayEvidence } from '../gateway-evidence.ts'
import { reachable, urlOf } from './ports.ts'
import { readState } from './read-state.ts'
import { stateFolderOf } from './state-folder.ts'

/** What this machine keeps of a Fleet beside its logs: its state, and what its gateway tells. */
export async function readEvidence(fleet: string, environment: Environment): Promise<readonly Evidence[]> {
  const stored = await readState(stateFolderOf(environment, fleet))
  const state: Evidence = {
    path: 'state.json',
    read: async () => {
      if (stored.kind === 'state') return stored.state
      throw new Error(stored.kind === 'none' ? 'the Fleet does not run' : stored.problem)
    },
  }
  const admin = stored.kind === 'state' ? stored.state.gateway?.admin : undefined
  if (admin === undefined) return [state]
  return [state, ...gatewayEvidence('gateway', (use) => use(urlOf(reachable(admin))), environment['FAIRLEAD_API_KEY'])]
}

/** The Fleet file of a Fleet on this machine, as its supervisor was given it; undefined where none runs. */
export async function fleetFileOf(fleet: string, environment: Environment): Promise<string | undefined> {
  const stored = await readState(stateFolderOf(environment, fleet))
  return stored.kind === 'state' ? stored.state.fleetFile : undefined
}
