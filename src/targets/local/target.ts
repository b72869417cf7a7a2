import { dirname } from 'node:path'
import { loadApiKeys } from '../../access/index.ts'
import { absenceAction, absentOf, refuseAbsent } from '../secrets/index.ts'
import { planOf, type ApplyContext, type FleetSource, type Target } from '../contract.ts'
import { describeAction } from './actions.ts'
import { deleteLocal } from './delete.ts'
import { readEvents } from './events.ts'
import { readEvidence } from './evidence.ts'
import { debugHere, execBeside } from './exec.ts'
import { gatewayListenOf } from './gateway-listen.ts'
import { listFleets } from './list-fleets.ts'
import { readLogs } from './logs.ts'
import { observe } from './observe.ts'
import type { LocalParts } from './parts.ts'
import { plan } from './plan.ts'
import { readState } from './read-state.ts'
import { notOnThisMachine } from './not-here.ts'
import { readAdminUrl } from './admin-url.ts'
import { reapLeftovers } from './reap.ts'
import { restartReplicas } from './restart.ts'
import { localSecrets, setLocalSecret } from './secrets.ts'
import { createStateFolder, emptySocketsFolder, stateFolderOf } from './state-folder.ts'
import { readStatus } from './status.ts'
import { asOnlySupervisor } from './supervisor-lock.ts'
import { FleetSupervisor } from './supervisor/fleet-supervisor.ts'

/** Clears what a supervisor that died left behind, then supervises the Fleet until it is stopped. */
async function apply(source: FleetSource, context: ApplyContext, parts: LocalParts): Promise<void> {
  const absent = absentOf(await localSecrets(source, context.environment))
  if (absent.length > 0) throw refuseAbsent(absent, source, 'local')
  // The gateway reads them again; what is wrong with them is to be known before any process starts.
  await loadApiKeys(source.fleet.access, { environment: context.environment, baseFolder: dirname(source.file) })
  const folder = stateFolderOf(context.environment, source.fleet.name)
  await createStateFolder(folder)
  await asOnlySupervisor(folder, context.signal, async () => {
    const stored = await readState(folder)
    if (stored.kind === 'unreadable') {
      context.progress.note(`The state of an earlier run cannot be read (${stored.problem}); starting afresh.`)
    }
    if (stored.kind === 'state') {
      const count = await reapLeftovers(stored.state, parts.clock)
      if (count > 0) context.progress.note(`Ended ${count} ${count === 1 ? 'process' : 'processes'} of an earlier run.`)
    }
    await emptySocketsFolder(folder)
    await new FleetSupervisor(source, folder, context, parts).run()
  })
}

/** Target `local`: processes on this machine under a supervisor. */
export function createLocalTarget(parts: LocalParts): Target {
  return {
    name: 'local',
    async plan(source, environment) {
      const { fleet } = source
      const observed = await observe(fleet, environment, parts)
      const actions = plan(fleet, gatewayListenOf(fleet), observed, parts.engineFor).map(describeAction)
      const absent = absentOf(await localSecrets(source, environment))
      return planOf([...absent.map((secret) => absenceAction(secret, source, 'local')), ...actions])
    },
    secrets: localSecrets,
    setSecret: (source, request, { environment }) => setLocalSecret(source, request, environment),
    apply: (source, context) => apply(source, context, parts),
    status: readStatus,
    list: listFleets,
    logs: readLogs,
    events: readEvents,
    evidence: readEvidence,
    adminUrl: readAdminUrl,
    exec: execBeside,
    debug: debugHere,
    restart: (fleetName, request, context) => restartReplicas(fleetName, request, context, parts.clock),
    async delete(fleetName, _options, { environment }) {
      const wasThere = await deleteLocal(fleetName, environment, parts.clock)
      return { wasThere, removed: wasThere ? [`fleet ${fleetName}`] : [], kept: [] }
    },
    close: () => Promise.resolve(),
    ...notOnThisMachine,
  }
}
