import type { Model } from '../fleet/index.ts'
import { findGpu, gpus, sizeModel, type GpuSpec, type SizingRequest } from '../sizing/index.ts'

/** The GPU that the Fleet names; undefined when it names none, or one that the catalogue does not have. */
export function namedGpu({ hardware }: Pick<Model, 'hardware'>): GpuSpec | undefined {
  return hardware.gpu === undefined ? undefined : findGpu(hardware.gpu)
}

/** The GPU of the lowest price, then of the least memory, that holds a model; undefined when none does. */
export function cheapestGpu(requestFor: (gpu: GpuSpec) => SizingRequest): GpuSpec | undefined {
  return cheapestThat((gpu) => sizeModel(requestFor(gpu)).fits)
}

/** The GPU of the lowest price, then of the least memory, that is enough; undefined when none is. */
export function cheapestThat(isEnough: (gpu: GpuSpec) => boolean): GpuSpec | undefined {
  return gpus
    .toSorted((one, other) => hourly(one) - hourly(other) || one.memoryMiB - other.memoryMiB)
    .find((gpu) => isEnough(gpu))
}

/** ` (0.22 USD an hour)`, where there is a price. */
export const priceTag = ({ price }: GpuSpec): string =>
  price === undefined ? '' : ` (${price.perHour} ${price.currency} an hour)`

const hourly = ({ price }: GpuSpec) => price?.perHour ?? Infinity
