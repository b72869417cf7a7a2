import { until } from '../../../harness/until.ts'
import type { ConstantLoad, LoadEnd, LoadReport } from './constant-load.ts'

/** What a load tells when nothing was refused and nothing was cut. */
export const unharmed = { refused: [], cut: [] }

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
