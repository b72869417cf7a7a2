const units = ['kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes as people read them, in steps of 1000: `98.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 'B'
  for (const larger of units) {
    if (value < 1000) break
    value /= 1000
    unit = larger
  }
  return unit === 'B' ? `${bytes} B` : `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ${unit}`
}
