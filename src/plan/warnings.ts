import { didYouMean, diskTierOf } from '../fleet/index.ts'
import { gpus, findGpu } from '../sizing/index.ts'
import type { SizingNote } from '../sizing/index.ts'
import { formatCount, formatGiB } from './amounts.ts'
import type { PlanWarning } from './contract.ts'
import type { Decisions } from './decisions.ts'
import type { EngineCommand } from './engine-command.ts'
import type { Replica } from './replica.ts'
import type { SizedReplica } from './size-replica.ts'

/** A GPU that the catalogue does not have cannot be sized. */
export function unknownGpu({ hardware }: Replica, at: string): PlanWarning[] {
  if (hardware.gpu === undefined || findGpu(hardware.gpu) !== undefined) return []
  const keys = gpus.map(({ key }) => key)
  const near = didYouMean(hardware.gpu, keys)
  return [
    {
      severity: 'warning',
      id: 'unknown-gpu',
      path: `${at}.hardware.gpu`,
      message: `the catalogue has no GPU called ${JSON.stringify(hardware.gpu)}, so nothing is sized`,
      suggestion: `${near === undefined ? '' : `did you mean ${near}? `}It knows ${keys.join(', ')}.`,
    },
  ]
}

/** GPUs of a replica, and a parallelism that takes another number of them. */
export function gpusDiffer({ hardware, parallelism }: Replica, at: string): PlanWarning[] {
  const { tensor, pipeline, data } = parallelism
  const [given, taken] = [hardware.gpus ?? 0, tensor * pipeline * data]
  if (given === 0 || taken === 1 || given === taken) return []
  const path = `${at}.hardware.gpus`
  const what = `tensor ${tensor} × pipeline ${pipeline} × data ${data} takes ${taken} GPUs, and a replica has ${given}`
  return [
    given < taken
      ? {
          severity: 'error',
          id: 'parallelism-exceeds-gpus',
          path,
          message: what,
          suggestion: `write hardware.gpus: ${taken}, or a smaller parallelism`,
        }
      : {
          severity: 'warning',
          id: 'gpus-left-idle',
          path,
          message: `${what}: ${given - taken} of them ${given - taken === 1 ? 'stands' : 'stand'} idle`,
          suggestion: `write hardware.gpus: ${taken}, or a larger parallelism`,
        },
  ]
}

/** A context of the Fleet that its profile cuts is told: a person asked for more. */
export function shortened({ model }: Replica, decisions: Decisions, at: string): PlanWarning[] {
  const decided = decisions.get('context')
  if (model.context === undefined || decided === undefined || decided.by === 'fleet') return []
  return [
    {
      severity: 'warning',
      id: 'context-cut-by-profile',
      path: `${at}.context`,
      message: `${formatCount(model.context)} tokens are asked for, and ${decided.reason}`,
      suggestion: `write context: ${decided.value}, or another profile`,
    },
  ]
}

/** A tier that the engine’s command does not set up is told: its room is counted all the same. */
export function tiersBeyondCommand({ model }: Replica, at: string): PlanWarning[] {
  const tier = diskTierOf(model.kvCache)
  if (tier === undefined || model.engine === 'vllm') return []
  return [
    {
      severity: 'warning',
      id: 'tier-not-set-up',
      path: `${at}.kvCache.tiers[${model.kvCache.tiers.indexOf(tier)}]`,
      message: `only vLLM keeps KV blocks on disk here; for ${model.engine} this tier counts for the host’s disk and nothing else`,
      suggestion: 'engine: vllm, or no tier with medium: disk',
    },
  ]
}

/** A profile that asks for a GPU of its own, on one that is shared. */
export function sharedLatency({ model, hardware }: Replica, isDedicated: boolean, at: string): PlanWarning[] {
  if (!isDedicated || (hardware.group === undefined && hardware.sharing === 'exclusive')) return []
  return [
    {
      severity: 'warning',
      id: 'latency-on-shared-gpu',
      path: `${at}.profile`,
      message: `profile ${model.profile} asks for a GPU of its own, and this model shares one: others hold up its answers`,
      suggestion: 'take it out of hardware.group, or use profile balanced',
    },
  ]
}

/** What sizing has to say, with the field that it is about. */
export function sizingWarnings(replica: Replica, { sizing, request }: SizedReplica, at: string): PlanWarning[] {
  // Who asks for float16 knows.
  const asked = sizing.notes.filter(
    ({ id }) => id !== 'float16-in-place-of-bfloat16' || replica.model.dtype !== 'float16',
  )
  const notes = asked.map((note) => warningOf(note, at))
  if (sizing.fits || notes.some(({ severity }) => severity === 'error')) return notes
  const { title } = request.gpu
  const lacks = sizing.shortBy > 0 ? `: ${formatGiB(sizing.shortBy)} of memory lack on each GPU` : ''
  const context = formatCount(sizing.resolved.context)
  notes.push({
    severity: 'error',
    id: 'does-not-fit',
    path: at,
    message: `${replica.model.name} with a context of ${context} tokens does not fit on ${sizing.resolved.count} × ${title}${lacks}`,
  })
  return notes
}

function warningOf({ severity, id, message, source }: SizingNote, at: string): PlanWarning {
  const warning = { severity, id, path: fieldOf(id, at), message }
  return source === undefined ? warning : { ...warning, source }
}

const fields: readonly (readonly [RegExp, string])[] = [
  [/context/, '.context'],
  [/tensor|heads|parallel|divide/, '.parallelism.tensor'],
  [/gpu|driver|capability/, '.hardware.gpu'],
  [/fraction/, '.hardware.memoryFraction'],
  [/kv/, '.kvCache.dtype'],
  [/quanti/, '.quantization'],
  [/dtype/, '.dtype'],
]

const fieldOf = (id: string, at: string) => `${at}${fields.find(([pattern]) => pattern.test(id))?.[1] ?? ''}`

/** What the engine's parser has against the command; only what the person wrote can be wrong in it. */
export function argumentWarnings(command: EngineCommand, replica: Replica, at: string): PlanWarning[] {
  const { words, start, problems } = command
  const first = words.length - replica.engineArgs.length
  const fromParser = problems.map(({ kind, index, message, mend }): PlanWarning => {
    const place = index + start - first
    const path = place < 0 ? `${at}.engineArgs` : `${at}.engineArgs[${place}]`
    return { severity: 'error', id: `argument-${kind}`, path, message, suggestion: mend }
  })
  return [...fromParser, ...doubled(words, first, at)]
}

/** The flag that a word is, in one spelling; empty for a value. */
const flagOf = (word: string) => (word.startsWith('--') ? (word.split('=')[0] ?? '').replaceAll('_', '-') : '')

/** Arguments that say again what a field has said: sizing does not see them. */
function doubled(words: readonly string[], first: number, at: string): PlanWarning[] {
  const written = new Set(
    words
      .slice(0, first)
      .map(flagOf)
      .filter((flag) => flag !== ''),
  )
  return words.slice(first).flatMap((word, index): PlanWarning[] => {
    const flag = flagOf(word)
    if (!written.has(flag)) return []
    return [
      {
        severity: 'warning',
        id: 'argument-doubled',
        path: `${at}.engineArgs[${index}]`,
        message: `${flag} is written from a field of the Fleet already, and sizing does not see this one`,
        suggestion: 'remove it, and set the field: `fairlead explain ' + flag.slice(2) + '` leads to it',
      },
    ]
  })
}
