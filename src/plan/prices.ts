import type { Fleet } from '../fleet/index.ts'
import { findGpu, type GpuSpec } from '../sizing/index.ts'

/** What an hour of a GPU costs, and who says so. */
export interface HourlyPrice {
  readonly perHour: number
  readonly currency: string
  readonly reason: string
}

/** The Fleet's price of a GPU, else the catalogue's; undefined when neither has one. */
export function priceOf(gpu: GpuSpec, { prices }: Pick<Fleet, 'prices'>): HourlyPrice | undefined {
  const own = prices.gpus.find(({ name }) => findGpu(name)?.key === gpu.key)
  if (own !== undefined) {
    return { perHour: own.perHour, currency: prices.currency, reason: 'prices.gpus of the Fleet' }
  }
  if (gpu.price === undefined) return undefined
  const { perHour, currency, source, date } = gpu.price
  return { perHour, currency, reason: `${source}, ${date}` }
}
