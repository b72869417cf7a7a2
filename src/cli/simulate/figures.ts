/** A time with the digits that matter: `0.4 ms`, `85 ms`, `1.24 s`, `2,140 s`. */
export function formatMs(ms: number): string {
  if (ms === 0) return '0'
  if (ms < 1000) return `${Number(ms.toPrecision(ms < 10 ? 2 : 3))} ms`
  const seconds = ms / 1000
  return `${seconds < 100 ? Number(seconds.toPrecision(3)) : Math.round(seconds).toLocaleString('en')} s`
}

/** A share as people read it: `97.3 %`. */
export const formatPercent = (share: number): string => `${(share * 100).toFixed(share >= 0.9995 ? 0 : 1)} %`

/** What was found in caches, of what one cache as large as all would hold; null where that holds nothing either. */
export const hitShare = ({ hitTokens, oracleHitTokens }: { hitTokens: number; oracleHitTokens: number }) =>
  oracleHitTokens === 0 ? null : hitTokens / oracleHitTokens

/** An SLO in words: `TTFT 2 s and TPOT 50 ms for 90 % of the requests`. */
export function formatSlo({ ttftMs, tpotMs }: { ttftMs: number; tpotMs: number }, share: number): string {
  const parts = [
    ...(Number.isFinite(ttftMs) ? [`TTFT ${formatMs(ttftMs)}`] : []),
    ...(Number.isFinite(tpotMs) ? [`TPOT ${formatMs(tpotMs)}`] : []),
  ]
  return `${parts.join(' and ')} for ${Number((share * 100).toFixed(2))} % of the requests`
}
