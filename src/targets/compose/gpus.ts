import type { EngineService } from '../rendering/index.ts'

/** The GPUs of an engine’s replicas. */
export interface GpuAssignment {
  /** Indices of the host’s GPUs for each replica. One place at least, though no replica may run at first. */
  readonly places: readonly (readonly number[])[]
  /** Whether nothing else of the project wants a GPU, so that a number of them says enough. */
  readonly isAlone: boolean
  /** Type of GPU, as the plan has it. */
  readonly kind: string | undefined
}

/** The GPUs of a host as a project divides them. */
export interface GpuPlan {
  /** By the engine’s name. */
  readonly assignments: ReadonlyMap<string, GpuAssignment>
  /** What each GPU of the host is for, from index 0 on. */
  readonly uses: readonly { readonly kind: string | undefined; readonly engines: readonly string[] }[]
}

/**
 * Divides the host’s GPUs. Docker hands a GPU to as many containers as ask for it: `count: 1` is the first one for each of them,
 * and all containers of a scaled service get the same. So every replica gets GPUs by index, in the Fleet’s order; models of one
 * `hardware.group` get the same.
 */
export function divideGpus(engines: readonly EngineService[]): GpuPlan {
  const wanting = engines.filter(({ gpus }) => gpus > 0)
  const uses: { kind: string | undefined; engines: string[] }[] = []
  const groups = new Map<string, number[][]>()
  const assignments = new Map<string, GpuAssignment>()
  for (const engine of wanting) {
    const { name, model, pool, gpus } = engine
    const kind = pool.gpu?.title ?? model.hardware.gpu
    const { group } = model.hardware
    const shared = group === undefined ? [] : (groups.get(group) ?? [])
    const places = Array.from({ length: Math.max(1, pool.replicas.min) }, (_, replica) => {
      const place = shared[replica] ?? []
      while (place.length < gpus) place.push(uses.push({ kind, engines: [] }) - 1)
      shared[replica] = place
      return place.slice(0, gpus)
    })
    if (group !== undefined) groups.set(group, shared)
    for (const place of places) for (const index of place) uses[index]?.engines.push(name)
    assignments.set(name, { places, isAlone: false, kind })
  }
  const [only] = wanting
  const single = only === undefined ? undefined : assignments.get(only.name)
  if (wanting.length === 1 && only !== undefined && single?.places.length === 1) {
    assignments.set(only.name, { ...single, isAlone: true })
  }
  return { assignments, uses }
}
