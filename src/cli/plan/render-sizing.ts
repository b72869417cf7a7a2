import type { PoolPlan } from '../../plan/index.ts'
import type { Paint } from '../output.ts'
import { counted, formatCount, formatEstimate, formatGiB, formatMoney } from './figures.ts'
import { hanging, padded } from './text-lines.ts'

/** How a plan is shown. */
export interface PlanSurface {
  readonly columns: number
  readonly paint: Paint
  /** Whether every number is shown with its formula and its source. */
  readonly explain: boolean
}

type Line = readonly [title: string, text: string, notes: readonly string[]]

/** Whether it fits, in one sentence with its figures. */
export function verdictOf({ sizing, processor, gpu }: PoolPlan): string | undefined {
  if (processor !== undefined) {
    const { sequences, context, bytes } = processor
    return `takes ${formatGiB(bytes)} of this machine’s memory, for ${counted(sequences, 'sequence')} of ${formatCount(context)} tokens`
  }
  if (sizing === undefined) return undefined
  const { fits, shortBy, kvCapacityTokens, maxConcurrency, longestContext, resolved } = sizing
  const context = formatCount(resolved.context)
  if (fits) {
    if (kvCapacityTokens === 0) return 'fits'
    return `fits: ${formatCount(kvCapacityTokens)} tokens of KV cache, ${trimmed(maxConcurrency)} ${maxConcurrency === 1 ? 'sequence' : 'sequences'} of ${context} tokens at once`
  }
  const where = `${resolved.count} × ${gpu?.title ?? ''}`
  if (shortBy === 0) return `does not run on ${where}`
  const rest = longestContext > 0 ? `; a context of ${formatCount(longestContext)} would fit` : ''
  return `does not fit on ${where}: a context of ${context} tokens lacks ${formatGiB(shortBy)} on each GPU${rest}`
}

const trimmed = (amount: number) => (amount >= 100 ? formatCount(amount) : String(Number(amount.toFixed(1))))

/** Memory, speed, money and host of a pool; with `explain`, how each figure comes about. */
export function sizingLines(pool: PoolPlan, surface: PlanSurface): string[] {
  const lines = [...memoryLines(pool), ...speedLines(pool), ...costLines(pool), ...hostLines(pool)]
  const width = Math.max(0, ...lines.map(([title]) => title.length))
  const { dim } = surface.paint
  const shown: string[] = []
  for (const [title, text, notes] of lines) {
    shown.push(...hanging(`  ${padded(title, width)}  `, text, surface.columns))
    if (!surface.explain) continue
    for (const note of notes) shown.push(...hanging('      ', note, surface.columns).map(dim))
  }
  return shown
}

function memoryLines({ sizing, processor, gpu }: PoolPlan): Line[] {
  const items = sizing?.memory ?? processor?.items ?? []
  if (items.length === 0) return []
  const total = processor?.bytes ?? (gpu?.memoryMiB ?? 0) * 2 ** 20
  const perToken = sizing?.kvBytesPerToken ?? processor?.kvBytesPerToken ?? 0
  const all: Line = [processor === undefined ? 'Memory of a GPU' : 'Memory', formatGiB(total), []]
  const cache: Line = [
    '  a token',
    `${formatCount(perToken)} bytes of KV cache in the whole model`,
    sizing === undefined || sizing.kvBytesPerTokenPerGpu === perToken
      ? []
      : [`${formatCount(sizing.kvBytesPerTokenPerGpu)} on the busiest GPU`],
  ]
  return [
    all,
    ...items
      .filter(({ bytes }) => bytes > 0)
      .map(({ title, bytes, formula, source }): Line => [`  ${title}`, formatGiB(bytes), [formula, source]]),
    ...(perToken > 0 && sizing?.kvCapacityTokens !== 0 ? [cache] : []),
  ]
}

function speedLines({ sizing }: PoolPlan): Line[] {
  if (sizing === undefined || !sizing.fits || sizing.kvCapacityTokens === 0) return []
  const { prefill, decodeSingle, decodeBatched, batch, assumptions } = sizing.tokensPerSecond
  const text =
    `about ${formatEstimate(prefill)} prompt tokens a second; ${formatEstimate(decodeSingle)} tokens a second for one answer alone, ` +
    `${formatEstimate(decodeBatched)} for ${formatCount(batch)} at once`
  return [['Speed, estimated', text, assumptions]]
}

function costLines({ sizing, price }: PoolPlan): Line[] {
  const cost = sizing?.costPerMillionTokens
  if (sizing === undefined || !sizing.fits || sizing.kvCapacityTokens === 0) return []
  if (cost === undefined || price === undefined) return []
  const { perHour, currency, reason } = price
  const { count } = sizing.resolved
  const text =
    `${formatMoney(cost.input, currency)} a million prompt tokens, ${formatMoney(cost.output, currency)} a million generated, ` +
    `always busy at ${formatMoney(perHour * count, currency)} an hour`
  return [['Money', text, [`${counted(count, 'GPU')} × ${formatMoney(perHour, currency)}: ${reason}`]]]
}

function hostLines({ host }: PoolPlan): Line[] {
  if (host === undefined) return []
  const { cpus, memoryBytes, sharedMemoryBytes, diskBytes, reasons } = host
  const text =
    `${counted(cpus, 'core')}, ${formatGiB(memoryBytes)} of memory, ${formatGiB(sharedMemoryBytes)} of /dev/shm, ` +
    `${formatGiB(diskBytes)} of disk`
  const notes = [
    `cores: ${reasons.cpus}`,
    `memory: ${reasons.memoryBytes}`,
    `/dev/shm: ${reasons.sharedMemoryBytes}`,
    `disk: ${reasons.diskBytes}`,
  ]
  return [['Host of a replica', text, notes]]
}
