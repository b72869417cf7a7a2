import type { EngineName } from '../../fleet/index.ts'

/** The oldest driver branch that a CUDA major version runs on: NVIDIA, “CUDA Compatibility”, Minor Version Compatibility, table 1. */
const floors: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 }

/** CUDA major that the engines' own builds come with. */
const cudaOf: Readonly<Partial<Record<EngineName, { readonly major: number; readonly source: string }>>> = {
  vllm: { major: 13, source: 'vllm-project/vllm docker/Dockerfile, CUDA_VERSION=13.0.3' },
  sglang: { major: 13, source: 'sglang 0.5.23 on PyPI, cuda-python>=13.0' },
}

/** What driver an engine's own build needs. */
export interface DriverFloor {
  readonly branch: number
  readonly cuda: number
  readonly source: string
}

/** The oldest driver branch that the newest known build of an engine runs on; undefined where it brings none of its own. */
export function driverFloorOf(engine: EngineName): DriverFloor | undefined {
  const built = cudaOf[engine]
  const branch = built === undefined ? undefined : floors[built.major]
  return built === undefined || branch === undefined ? undefined : { branch, cuda: built.major, source: built.source }
}

/** Branch of a driver version: 580 of `580.95.05`. */
export const branchOf = (driver: string) => Number(driver.split('.')[0])
