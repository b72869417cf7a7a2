import type { FleetProblem, FleetStatus } from '../../operate/index.ts'
import type { Output, Paint } from '../output.ts'
import { judgeHealth } from './judge-health.ts'
import { modelTable, paintState } from './model-table.ts'

/** Columns that there are for a table; a file has no end of them. */
export const widthOf = (output: Output): number => (output.isResultTerminal ? output.columns() : Infinity)

/** What keeps a part from serving: the finding, why, and what mends it. */
export function problemLines({ subject, what, why, mend, command }: FleetProblem, paint: Paint): readonly string[] {
  return [
    `${paint.red(`${subject}:`)} ${what}`,
    ...(why === undefined ? [] : why.split('\n').map((line) => `  ${line}`)),
    ...(mend === undefined ? [] : [`  ${paint.dim('mend')} ${mend}`]),
    ...(command === undefined ? [] : [`  ${paint.dim('type')} ${paint.cyan(command)}`]),
  ]
}

function placeLines({ cluster, addresses, gateway }: FleetStatus): readonly string[] {
  const others = (addresses ?? []).filter((address) => address !== gateway?.address)
  const lines = others.length === 0 ? [] : [`also at ${others.join(', ')}`]
  if (cluster === undefined) return lines
  const { context, namespace, revision, appliedAt, isSettled } = cluster
  const at =
    revision === null ? 'no revision yet' : `revision ${revision}${appliedAt === null ? '' : ` of ${appliedAt}`}`
  const half = isSettled ? '' : '; an apply is under way or was interrupted: the next one completes it'
  return [...lines, `context ${context}, namespace ${namespace}, ${at}${half}`]
}

function startCommand({ target }: FleetStatus): string {
  return target === 'local' ? 'fairlead up' : `fairlead apply --target ${target}`
}

/** Why dashes stand where loads would be. */
function loadLines({ load }: FleetStatus): readonly string[] {
  return load === undefined || load.missing === null ? [] : [`load not known: ${load.missing}`]
}

/** The status for people, with a table no wider than `width` columns where that can be: the gateway, a table of models, and what went wrong last. */
export function renderStatus(status: FleetStatus, paint: Paint, width = Infinity): readonly string[] {
  const { fleet, gateway, replicas, running, problems = [] } = status
  if (!running) {
    const where = status.target === 'local' ? '' : ` on target ${status.target}`
    return [`Fleet ${paint.bold(fleet)} does not run${where}. Start it with: ${startCommand(status)}`]
  }
  const table = modelTable(status, paint, width)
  const errors = [
    ...(gateway === null || gateway.lastError === null || gateway.state === 'ready'
      ? []
      : [`gateway: ${gateway.lastError}`]),
    ...replicas
      .filter(({ lastError, state }) => lastError !== null && state !== 'ready')
      .map(({ id, lastError }) => `${id}: ${lastError}`),
  ]
  return [
    `Fleet ${paint.bold(fleet)} is ${paintState(judgeHealth(status), paint)}${gateway === null ? '' : ` at ${paint.cyan(gateway.address)}`}`,
    ...placeLines(status).map(paint.dim),
    ...(table.length === 0 ? [] : ['', ...table, ...loadLines(status).map(paint.dim)]),
    ...(errors.length === 0 ? [] : ['', ...errors.map((error) => paint.red(error))]),
    ...(problems.length === 0 ? [] : ['', ...problems.flatMap((problem) => problemLines(problem, paint))]),
  ]
}
