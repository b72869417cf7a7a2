/** CPU cores as Kubernetes writes them: `4`, `500m`. */
export const cpuQuantity = (cores: number): string =>
  Number.isInteger(cores) ? String(cores) : `${Math.ceil(cores * 1_000)}m`

const units = [
  ['Ti', 2 ** 40],
  ['Gi', 2 ** 30],
  ['Mi', 2 ** 20],
  ['Ki', 2 ** 10],
] as const

/** Bytes as Kubernetes writes them, in the largest unit that says them exactly: `80Gi`, `512Mi`. */
export function byteQuantity(bytes: number): string {
  const whole = Math.ceil(bytes)
  const unit = units.find(([, size]) => whole > 0 && whole % size === 0)
  return unit === undefined ? String(whole) : `${whole / unit[1]}${unit[0]}`
}
