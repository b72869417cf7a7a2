import type { SimulationResult } from '../../simulate/index.ts'
import { money, perSecond } from '../size/index.ts'
import { formatMs, formatPercent, hitShare } from './figures.ts'

/** A result as a row of text: goodput, TTFT p50, p90 and p99, TPOT p50 and p99, hits, spread, tokens a second, money. */
export function resultFigures(result: SimulationResult, currency: Parameters<typeof money>[1]): readonly string[] {
  const { ttftMs, tpotMs } = result
  const hits = hitShare(result)
  return [
    formatPercent(result.goodput),
    formatMs(ttftMs.p50),
    formatMs(ttftMs.p90),
    formatMs(ttftMs.p99),
    formatMs(tpotMs.p50),
    formatMs(tpotMs.p99),
    hits === null ? '' : formatPercent(hits),
    result.loadSpread.toFixed(2),
    perSecond(result.outputTokensPerSecond),
    result.costPerMillionTokens > 0 ? money(result.costPerMillionTokens, currency) : '',
  ]
}
