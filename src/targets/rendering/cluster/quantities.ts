/** CPU cores as Kubernetes writes them: `4`, `500m`. */
export const cpuQuantity = (cores: number): string =>
  Number.isInteger(cores) ? String(cores) : `${Math.ceil(cores * 1_000)}m`

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

/** An estimate in round units: above 4 GiB whole ones, else whole MiB. */
export function roughBytes(bytes: number): string {
  const unit = bytes > 4 * gibibyte ? gibibyte : mebibyte
  return byteQuantity(Math.ceil(bytes / unit) * unit)
}

const units = [
  ['Ti', 2 ** 40],
  ['Gi', gibibyte],
  ['Mi', mebibyte],
  ['Ki', 2 ** 10],
] as const

/** Bytes as Kubernetes writes them, in the largest unit that says them exactly: `80Gi`, `512Mi`. */
export function byteQuantity(bytes: number): string {
  const whole = Math.ceil(bytes)
  const unit = units.find(([, size]) => whole > 0 && whole % size === 0)
  return unit === undefined ? String(whole) : `${whole / unit[1]}${unit[0]}`
}
