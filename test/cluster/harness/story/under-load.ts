import { until } from '../../../harness/until.ts'
import type { ConstantLoad, Failure, LoadEnd, LoadReport } from './constant-load.ts'

/** What of a cluster tells why a load was harmed. */
interface Witness {
  kubectl(...args: readonly string[]): Promise<string>
}

/** Lines of each gateway's log. */
const toldLines = 60

/** How many failed for each reason, the most frequent first: a failure tells when it was and why, apart from the reason. */
function reasonsOf(failures: readonly Failure[]): string {
  const counts = new Map<string, number>()
  for (const { why } of failures) counts.set(why, (counts.get(why) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  return sorted.map(([why, count]) => `${count} × ${why}`).join('; ')
}

const moment = ({ at, afterMs, why }: Failure) => `${at.toISOString()} +${Math.round(afterMs)} ms: ${why}`
const ends = (what: string, all: readonly Failure[]) => {
  const [first, last] = [all[0], all.at(-1)]
  return first === undefined || last === undefined
    ? []
    : [`the first ${what}: ${moment(first)}`, `the last ${what}: ${moment(last)}`]
}

/** What gateways said last, but for requests that went well. */
async function gatewaysTold(cluster: Witness): Promise<string> {
  const component = 'app.kubernetes.io/component=gateway'
  const columns = 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}'
  const pods = await cluster.kubectl('get', 'pods', '-A', '-l', component, '-o', columns)
  const told = pods
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map(async (line) => {
      const [namespace = '', name = ''] = line.split(' ')
      const log = await cluster
        .kubectl('logs', '-n', namespace, name, '--tail', '2000')
        .catch((error: Error) => error.message)
      const lines = log.split('\n').filter((each) => !/"status":200,"reason":"".*"attempts":1,/.test(each))
      return [`${name} said:`, ...lines.slice(-toldLines)].join('\n')
    })
  return (await Promise.all(told)).join('\n')
}

/**
 * Throws where a load was harmed: how many requests were refused or cut for which reasons, in the first line since that is what the
 * end of a run tells; the first and the last of them, the pods, what
 * happened to them, and what the gateways said.
 */
export async function expectUnharmed({ answered, refused, cut }: LoadReport, cluster: Witness): Promise<void> {
  if (refused.length === 0 && cut.length === 0) return
  const told = await Promise.all([
    cluster.kubectl('get', 'pods', '-A', '-o', 'wide'),
    cluster.kubectl('get', 'nodes'),
    cluster.kubectl('get', 'events', '-A', '--sort-by=.lastTimestamp'),
    gatewaysTold(cluster),
  ])
  const counts = [`${answered} answered`, `${refused.length} refused`, `${cut.length} cut`]
  const first = `${counts.join(', ')}: ${reasonsOf([...refused, ...cut])}`
  throw new Error([first, ...ends('refused', refused), ...ends('cut', cut), ...told].join('\n'))
}

/** Does something under a load that is answered before and after it, and tells what became of the load's requests. */
export async function underLoad(
  load: ConstantLoad,
  action: () => Promise<void>,
  end: LoadEnd = 'now',
): Promise<LoadReport> {
  let report: LoadReport | undefined
  try {
    await until(
      () => load.answered > 1,
      () => 'the load is answered',
    )
    await action()
    const answered = load.answered
    await until(
      () => load.answered > answered + 1,
      () => 'the load is still answered',
    )
  } finally {
    report = await load.stop(end)
  }
  return report
}
