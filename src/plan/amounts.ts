/** Memory of a GPU as drivers and engines tell it, in powers of 1024: `22.05 GiB`. */
export function formatGiB(bytes: number): string {
  const gibibytes = bytes / 2 ** 30
  if (gibibytes >= 100) return `${gibibytes.toFixed(0)} GiB`
  return gibibytes >= 0.1 || bytes === 0 ? `${gibibytes.toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

/** A whole number with thousands set apart: `131,072`. */
export const formatCount = (amount: number): string => Math.round(amount).toLocaleString('en')

/** A share as the Fleet writes it, with at most three digits: `0.9`. */
export const formatShare = (share: number): string => String(Math.round(share * 1000) / 1000)
