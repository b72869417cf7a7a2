import type { Machine } from './machine.ts'

/** One GPU as nvidia-smi tells it. */
export interface SeenGpu {
  readonly index: number
  /** Such as `NVIDIA L40S`. */
  readonly name: string
  readonly memoryMiB: number
  readonly freeMiB: number
  /** Such as `580.95.05`. */
  readonly driver: string
  /** CUDA compute capability such as 8.9. */
  readonly capability: number | undefined
}

/** What nvidia-smi says. */
export type SeenGpus =
  | { readonly kind: 'gpus'; readonly gpus: readonly SeenGpu[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'broken'; readonly problem: string }

/** Fields of `nvidia-smi --query-gpu` (its `--help-query-gpu`). */
const fields = ['index', 'name', 'memory.total', 'memory.free', 'driver_version', 'compute_cap']

/** The arguments that ask for them. */
const gpuQuery = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']

/** The NVIDIA GPUs of a machine. */
export async function seeGpus(machine: Machine): Promise<SeenGpus> {
  const result = await machine.run('nvidia-smi', gpuQuery)
  if (result === undefined) return { kind: 'missing' }
  if (result.code !== 0) {
    return {
      kind: 'broken',
      problem: firstLine(result.stdout) || firstLine(result.stderr) || `it ended with ${result.code}`,
    }
  }
  return { kind: 'gpus', gpus: readGpus(result.stdout) }
}

/** The answer to `gpuQuery`. */
export function readGpus(text: string): SeenGpu[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length >= fields.length)
    .map(([index, name = '', total, free, driver = '', capability]) => ({
      index: Number(index),
      name,
      memoryMiB: Number(total),
      freeMiB: Number(free),
      driver,
      capability: Number.isFinite(Number(capability)) ? Number(capability) : undefined,
    }))
    .filter(({ index, memoryMiB }) => Number.isInteger(index) && Number.isFinite(memoryMiB))
}

/** The first line with something in it. */
export const firstLine = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '') ?? ''
