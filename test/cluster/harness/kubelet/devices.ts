import type { Pod } from '../../../../src/kubernetes/index.ts'

export const gpuResource = 'nvidia.com/gpu'

const gpusOfEach = (containers: NonNullable<Pod['spec']>['initContainers'] = []) =>
  containers.map(({ resources }) => Number(resources?.limits?.[gpuResource] ?? 0))

/** GPUs that a Pod asks for: those of its containers, or of an init container that asks for more. */
export function gpusOf({ spec }: Pod): number {
  const together = gpusOfEach(spec?.containers).reduce((sum, count) => sum + count, 0)
  return Math.max(together, ...gpusOfEach(spec?.initContainers))
}

/** The GPUs of a node and who has them, as the device plugin keeps it. */
export class Devices {
  readonly #free: string[]
  readonly #taken = new Map<string, readonly string[]>()

  constructor(node: string, count: number) {
    this.#free = Array.from({ length: count }, (_, index) => `GPU-${node}-${index}`)
  }

  /** Gives a Pod its GPUs; undefined when there are too few. */
  take(pod: Pod): readonly string[] | undefined {
    const wanted = gpusOf(pod)
    if (wanted > this.#free.length) return undefined
    const given = this.#free.splice(0, wanted)
    this.#taken.set(pod.metadata?.uid ?? '', given)
    return given
  }

  giveBack(pod: Pod): void {
    const uid = pod.metadata?.uid ?? ''
    this.#free.push(...(this.#taken.get(uid) ?? []))
    this.#taken.delete(uid)
  }
}
