import { failedReasons } from '../failed-reasons.ts'
import { rate, select, sum } from '../queries/index.ts'
import type { RecordingRule } from './contract.ts'

/** The windows over which failures are looked at (Google, The Site Reliability Workbook, chapter 5, table 5-8). */
const windows = ['5m', '30m', '1h', '6h'] as const
export type Window = (typeof windows)[number]

/** Name of the recorded share of requests that failed on our side, by model. */
export const failedShare = (window: Window): string => `model:fairlead_requests_failed:ratio_rate${window}`

/** Recorded, since long windows are asked for at every evaluation. */
export function failedShareRules(
  only: readonly string[],
  labels: Readonly<Record<string, string>>,
): readonly RecordingRule[] {
  return windows.map((window) => {
    const all = sum(rate(select('fairlead_gateway_requests_total', only), window), 'model')
    const failed = sum(rate(select('fairlead_gateway_requests_total', [...only, failedReasons]), window), 'model')
    // A model that never failed has no series of failures, and yet a share: 0.
    return { record: failedShare(window), expr: `(${failed} or 0 * ${all}) / ${all}`, labels }
  })
}
