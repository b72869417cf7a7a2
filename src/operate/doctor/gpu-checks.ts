import { findGpu } from '../../sizing/index.ts'
import { failed, notApplicable, ok, warning, type Check } from './contract.ts'
import { branchOf, driverFloorOf } from './driver-floors.ts'
import { gpuNeeds, gpusAtOnce } from './needs.ts'
import type { Plan } from '../../plan/index.ts'
import type { Machine } from './machine.ts'
import { seeGpus, type SeenGpu } from './nvidia.ts'

/** What they look at. */
export interface GpuPlace {
  readonly plan: Plan
  readonly machine: Machine
  /** Whether the Fleet itself holds the GPUs. */
  readonly status: { readonly running: boolean }
}

const noGpu = notApplicable('no model of this Fleet runs on a GPU')

/** The GPUs of a place whose check before this one found some. */
async function gpusOf({ machine }: GpuPlace): Promise<readonly SeenGpu[]> {
  const seen = await seeGpus(machine)
  return seen.kind === 'gpus' ? seen.gpus : []
}

/** The GPUs of a machine that runs engines itself or in containers. */
export function gpuChecks(target: 'local' | 'compose'): readonly Check<GpuPlace>[] {
  const targets = [target]
  return [
    {
      id: `${target}.gpu`,
      targets,
      what: 'there are as many GPUs as the models take',
      why: 'vLLM and SGLang do not start without.',
      how: 'counts what nvidia-smi lists, against GPUs of all replicas',
      mend: 'Install the NVIDIA driver, lower `replicas` or `parallelism`, or take `engine: llamacpp`.',
      command: 'nvidia-smi',
      after: [],
      look: async ({ plan, machine }) => {
        const wanted = gpusAtOnce(plan)
        if (wanted === 0) return noGpu
        const seen = await seeGpus(machine)
        if (seen.kind === 'missing') return failed('there is no nvidia-smi, and so no NVIDIA driver')
        if (seen.kind === 'broken') return failed(`nvidia-smi does not work: ${seen.problem}`)
        return seen.gpus.length >= wanted
          ? ok(
              `${seen.gpus.length} × ${[...new Set(seen.gpus.map(({ name }) => name))].join(', ')}; ${wanted} are taken`,
            )
          : failed(`${wanted} GPUs are wanted, and ${seen.gpus.length} are there`)
      },
    },
    {
      id: `${target}.gpu-driver`,
      targets,
      what: 'the GPU driver is new enough for the engine’s CUDA',
      why: 'An engine that was built with a newer CUDA than the driver knows ends at once.',
      how: 'driver version from nvidia-smi, against the branch that the engine’s CUDA needs',
      mend: 'Install a newer driver, or set an `engineVersion` that was built for the one that is there.',
      command: 'nvidia-smi',
      after: [`${target}.gpu`],
      look: async (place) => {
        const floors = gpuNeeds(place.plan).flatMap(({ engine }) => {
          const floor = driverFloorOf(engine)
          return floor === undefined ? [] : [{ engine, ...floor }]
        })
        const [highest] = floors.toSorted((one, other) => other.branch - one.branch)
        if (highest === undefined) return noGpu
        const old = (await gpusOf(place)).find(({ driver }) => branchOf(driver) < highest.branch)
        return old === undefined
          ? ok(`${highest.engine} with CUDA ${highest.cuda} needs branch ${highest.branch} or newer`)
          : failed(
              `the driver is ${old.driver}; ${highest.engine} with CUDA ${highest.cuda} needs branch ${highest.branch} or newer`,
            )
      },
    },
    {
      id: `${target}.gpu-type`,
      targets,
      what: 'the GPUs are of the type that the Fleet says',
      why: 'Sizes and settings are worked out for that type.',
      how: 'names from nvidia-smi, against `hardware.gpu`',
      mend: 'Correct `hardware.gpu`, or leave it out.',
      command: 'nvidia-smi -L',
      after: [`${target}.gpu`],
      look: async (place) => {
        const wanted = gpuNeeds(place.plan).flatMap(({ type, model }) => (type === undefined ? [] : [{ type, model }]))
        if (wanted.length === 0) return notApplicable('the Fleet names no type')
        const there = new Set((await gpusOf(place)).map(({ name }) => findGpu(name)?.key ?? name))
        const other = wanted.find(({ type }) => !there.has(findGpu(type)?.key ?? type))
        return other === undefined
          ? ok([...there].join(', '))
          : warning(`${other.model} is for ${other.type}, and this machine has ${[...there].join(', ')}`)
      },
    },
    {
      id: `${target}.gpu-memory`,
      targets,
      what: 'the GPUs’ memory is free',
      why: 'An engine takes its share at start, and ends where others hold it.',
      how: 'free and total memory from nvidia-smi, against `hardware.memoryFraction`',
      mend: 'End what holds the memory, or lower `hardware.memoryFraction`.',
      command: 'nvidia-smi',
      after: [`${target}.gpu`],
      look: async (place) => {
        if (gpusAtOnce(place.plan) === 0) return noGpu
        if (place.status.running) return ok('the Fleet runs')
        const share = Math.max(
          ...place.plan.models.flatMap(({ pools }) => pools.map(({ sizing }) => sizing?.resolved.memoryFraction ?? 0)),
          0,
        )
        const gpus = await gpusOf(place)
        const free = gpus.filter(({ memoryMiB, freeMiB }) => freeMiB >= share * memoryMiB)
        return free.length >= gpusAtOnce(place.plan)
          ? ok(`${free.length} GPUs have ${Math.round(share * 100)} % of their memory free`)
          : failed(
              `only ${free.length} of ${gpus.length} GPUs have ${Math.round(share * 100)} % of their memory free: ${gpus.map(({ index, freeMiB, memoryMiB }) => `GPU ${index} ${freeMiB} of ${memoryMiB} MiB`).join(', ')}`,
            )
      },
    },
  ]
}
