import type { LogLine, LogQuery } from '../../contract.ts'
import { containersOf, requireProject } from './containers.ts'
import type { Docker } from './docker.ts'

/** How Compose puts the container before each line: `small-1    | text`. */
const prefixed = /^(\S+)\s+\| ?(.*)$/s

/** Logs of a Fleet. Docker keeps one log over the restarts of a container, so that the run before is in it as well. */
export async function* readComposeLogs(
  fleet: string,
  { subject, follow, tail, signal }: LogQuery,
  docker: Docker,
): AsyncGenerator<LogLine> {
  const found = await requireProject(fleet, docker, signal)
  const meant = containersOf(found, fleet, subject)
  const ids = new Set(meant.map(({ id }) => id))
  const services = [...new Set(meant.map(({ service }) => service))]
  const gateways = new Set(meant.filter(({ isGateway }) => isGateway).map(({ id }) => id))
  const args = ['compose', '-p', found.project, 'logs', '--no-color', '--tail', String(tail)]
  for await (const line of docker.lines([...args, ...(follow ? ['--follow'] : []), ...services], signal)) {
    const [, id = '', text = ''] = prefixed.exec(line) ?? []
    // A replica that comes while the log is followed belongs to it, unless one replica was meant.
    if (subject !== undefined && ids.size === 1 && !ids.has(id)) continue
    if (id !== '') yield { source: gateways.has(id) ? 'gateway' : id, text }
  }
}
