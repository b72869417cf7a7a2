import { until } from '../../../harness/until.ts'
import type { ConstantLoad, LoadEnd, LoadReport } from './constant-load.ts'

/** What of a cluster tells why a load was harmed. */
interface Witness {
  kubectl(...args: readonly string[]): Promise<string>
}

const ends = (what: string, all: readonly string[]) =>
  all.length === 0 ? [] : [`${all.length} ${what}, the first: ${all[0]}`, `the last: ${all.at(-1)}`]

/**
 * How a load was harmed: the first and the last request that was refused or cut, the pods, and what happened to them; empty where
 * none was.
 */
export async function harmOf({ answered, refused, cut }: LoadReport, cluster: Witness): Promise<string> {
  if (refused.length === 0 && cut.length === 0) return ''
  const told = await Promise.all([
    cluster.kubectl('get', 'pods', '-A', '-o', 'wide'),
    cluster.kubectl('get', 'nodes'),
    cluster.kubectl('get', 'events', '-A', '--sort-by=.lastTimestamp'),
  ])
  return [`${answered} answered`, ...ends('refused', refused), ...ends('cut', cut), ...told].join('\n')
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
