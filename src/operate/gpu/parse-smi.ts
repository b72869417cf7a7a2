/** A GPU as nvidia-smi tells it; null where the GPU, its driver or a virtual machine does not tell. */
export interface Gpu {
  /** As nvidia-smi counts where it was asked: in a container from 0. */
  readonly index: number
  readonly uuid: string
  readonly name: string
  /** Share of the last moments in which something ran on it, 0 to 1. */
  readonly use: number | null
  readonly usedBytes: number | null
  readonly totalBytes: number | null
  /** Degrees Celsius. */
  readonly temperature: number | null
  readonly powerWatts: number | null
  readonly powerLimitWatts: number | null
  readonly processes: readonly GpuProcess[]
}

/** A process that computes on a GPU. */
export interface GpuProcess {
  /** On the machine, also where a container asks. */
  readonly pid: number
  readonly name: string
  readonly usedBytes: number | null
}

/** Fields that may have commas in them come last. */
const gpuFields = 'index,uuid,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,power.limit,name'
const processFields = 'gpu_uuid,pid,used_memory,process_name'
/** Between the parts of what the question prints. */
const cut = '--- fairlead ---'
/** What a shell exits with where there is no such program (POSIX.1-2017, 2.8.2). */
const noProgram = 127

const format = '--format=csv,noheader,nounits'

/** Asks for everything at once, with a program and a shell that images of engines have. */
export const gpuQuestion: readonly string[] = [
  'sh',
  '-c',
  [
    `command -v nvidia-smi >/dev/null 2>&1 || exit ${noProgram}`,
    `nvidia-smi --query-gpu=${gpuFields} ${format} || exit 1`,
    `echo '${cut}'`,
    `nvidia-smi --query-compute-apps=${processFields} ${format}`,
    `echo '${cut}'`,
    'printf "%s" "${CUDA_VISIBLE_DEVICES-all}"',
  ].join('\n'),
]

/** What an answer comes to: GPUs, or why there are none to tell. */
export type GpuAnswer = { readonly gpus: readonly Gpu[] } | { readonly missing: string }

const mebibyte = 2 ** 20

/** A number, or null for `[N/A]`, `[Not Supported]`, `[Unknown Error]` and whatever else stands for none. */
function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}

const times = (text: string | undefined, factor: number): number | null => {
  const number = numberIn(text)
  return number === null ? null : number * factor
}

/** Values of a line, the last of which has what is left. */
function valuesOf(line: string, count: number): readonly string[] {
  const values = line.split(',').map((value) => value.trim())
  return [...values.slice(0, count - 1), values.slice(count - 1).join(', ')]
}

const linesOf = (text = '') => text.split('\n').filter((line) => line.includes(','))

/** What a question came to. Lines of another form, such as warnings, are passed over. */
export function readGpuAnswer(exitCode: number, stdout: string, stderr: string): GpuAnswer {
  if (exitCode === noProgram) return { missing: 'there is no nvidia-smi' }
  const said = `${stdout.split(cut)[0] ?? ''}\n${stderr}`.trim().replaceAll(/\s*\n\s*/g, ' ')
  if (exitCode !== 0) return { missing: said === '' ? `nvidia-smi ended with exit code ${exitCode}` : said }
  const [gpuText, processText, visible = 'all'] = stdout.split(cut)
  const processes = linesOf(processText).flatMap((line) => {
    const [uuid = '', pid, used, name = ''] = valuesOf(line, 4)
    const number = numberIn(pid)
    return number === null ? [] : [{ uuid, pid: number, usedBytes: times(used, mebibyte), name }]
  })
  const gpus = linesOf(gpuText).flatMap((line): Gpu[] => {
    const [first, uuid = '', use, used, total, temperature, draw, limit, name = ''] = valuesOf(line, 9)
    const index = numberIn(first)
    if (index === null || name === '') return []
    const own = processes.filter((each) => each.uuid === uuid)
    return [
      {
        index,
        uuid,
        name,
        use: times(use, 0.01),
        usedBytes: times(used, mebibyte),
        totalBytes: times(total, mebibyte),
        temperature: numberIn(temperature),
        powerWatts: numberIn(draw),
        powerLimitWatts: numberIn(limit),
        processes: own.map(({ pid, name: called, usedBytes }) => ({ pid, name: called, usedBytes })),
      },
    ]
  })
  const seen = visibleOf(gpus, visible.trim())
  return seen.length === 0 ? { missing: said === '' || gpus.length > 0 ? 'it sees no GPU' : said } : { gpus: seen }
}

/**
 * The GPUs that a process sees by CUDA_VISIBLE_DEVICES: numbers or beginnings of UUIDs, up to the first that is none (CUDA C++
 * Programming Guide, CUDA environment variables). nvidia-smi itself shows all. Parts of GPUs (MIG) are not told apart: all are
 * shown then.
 */
function visibleOf(gpus: readonly Gpu[], visible: string): readonly Gpu[] {
  if (visible === 'all' || visible.startsWith('MIG-')) return gpus
  const seen: Gpu[] = []
  for (const word of visible.split(',').map((each) => each.trim())) {
    const gpu = gpus.find(
      ({ index, uuid }) => String(index) === word || (word.startsWith('GPU-') && uuid.startsWith(word)),
    )
    if (gpu === undefined) break
    seen.push(gpu)
  }
  return seen
}
