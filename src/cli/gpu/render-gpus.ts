import { formatBytes } from '../../files/index.ts'
import type { Gpu, ReplicaGpus } from '../../operate/gpu/index.ts'
import { renderTable } from '../console/index.ts'
import type { Paint } from '../output.ts'

const columns = [
  { title: 'REPLICA' },
  { title: 'GPU', align: 'right' },
  { title: 'NAME' },
  { title: 'USE', align: 'right' },
  { title: 'MEMORY', align: 'right' },
  { title: 'TEMP', align: 'right' },
  { title: 'POWER', align: 'right' },
  { title: 'PROCESSES' },
] as const

const told = (value: number | null, unit: string) => (value === null ? '-' : `${Math.round(value)}${unit}`)
const amount = (bytes: number | null) => (bytes === null ? '-' : formatBytes(bytes))
const outOf = (part: string, whole: string) => (part === '-' && whole === '-' ? '-' : `${part} of ${whole}`)

function cellsOf(gpu: Gpu): readonly string[] {
  const { index, name, use, usedBytes, totalBytes, temperature, powerWatts, powerLimitWatts, processes } = gpu
  return [
    String(index),
    name,
    told(use === null ? null : use * 100, '%'),
    outOf(amount(usedBytes), amount(totalBytes)),
    told(temperature, ' °C'),
    outOf(told(powerWatts, ' W'), told(powerLimitWatts, ' W')),
    processes.length === 0
      ? '-'
      : processes.map(({ pid, name: called, usedBytes: used }) => `${called} (${pid}, ${amount(used)})`).join(', '),
  ]
}

/** A row for each GPU that a replica sees, and below why others tell none. */
export function renderGpus(replicas: readonly ReplicaGpus[], paint: Paint): readonly string[] {
  const rows = replicas.flatMap(({ replica, gpus }) =>
    gpus.map((gpu, index) => [index === 0 ? replica : '', ...cellsOf(gpu)]),
  )
  const missing = replicas.flatMap(({ replica, missing: why }) => (why === null ? [] : [`${replica}: ${why}`]))
  return [
    ...(rows.length === 0 ? [] : renderTable(columns, rows)),
    ...(rows.length === 0 || missing.length === 0 ? [] : ['']),
    ...missing.map((line) => (rows.length === 0 ? line : paint.dim(line))),
  ]
}
