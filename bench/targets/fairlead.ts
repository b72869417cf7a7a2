import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onCore } from '../measure/pinning.ts'
import { root, type Workshop } from '../measure/workshop.ts'
import { targetNames, type Target } from './contract.ts'
import { fleetText } from './fleet-text.ts'

/** How it is started. */
export interface FairleadOptions {
  readonly enginePorts: readonly number[]
  /** Threads; it is not pinned to a core then. */
  readonly workers?: number
}

/** Fairlead's gateway in front of mock engines, with keys, a token limit, metrics and the access log on. */
export async function startFairlead(
  workshop: Workshop,
  key: string,
  { enginePorts, workers }: FairleadOptions,
): Promise<Target> {
  const { machine } = workshop
  const port = await workshop.freePort()
  const name = workers === undefined ? targetNames.fairlead : `${targetNames.fairlead}, ${workers} workers`
  const file = join(workshop.folder, `bench-${enginePorts.length}.yaml`)
  writeFileSync(file, fleetText(enginePorts))
  const launcher = [process.execPath, '--disable-warning=ExperimentalWarning', join(root, 'bin', 'fairlead.js')]
  const gateway = [
    'gateway',
    '--fleet',
    file,
    '--port',
    String(port),
    '--admin-port',
    String(await workshop.freePort()),
    ...(workers === undefined ? [] : ['--workers', String(workers)]),
  ]
  const environment = { ...process.env, BENCH_API_KEY: key, XDG_STATE_HOME: workshop.folder }
  const command =
    workers === undefined ? onCore(machine, machine.gatewayCore, [...launcher, ...gateway]) : [...launcher, ...gateway]
  const logName = `fairlead-${enginePorts.length}${workers === undefined ? '' : `-${workers}`}`
  return { name, port, key, process: workshop.start(logName, command, environment) }
}
