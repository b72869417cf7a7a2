const gibibyte = 2 ** 30
const mebibyte = 2 ** 20

/** Bytes as Compose reads them: `16gb` is 16 × 1024³ (Compose specification, byte values). */
export function byteText(bytes: number): string {
  if (bytes % gibibyte === 0) return `${bytes / gibibyte}gb`
  if (bytes % mebibyte === 0) return `${bytes / mebibyte}mb`
  return `${Math.ceil(bytes)}b`
}

/** Whole seconds as a duration: `45s`, `10m`, `1m30s`. */
export function secondsText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const rest = seconds % 60
  return `${minutes === 0 ? '' : `${minutes}m`}${rest === 0 && minutes > 0 ? '' : `${rest}s`}`
}
