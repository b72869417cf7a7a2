import { Writable } from 'node:stream'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { ReplicaStatus, Target } from '../../targets/index.ts'
import { gpuQuestion, readGpuAnswer, type Gpu } from './parse-smi.ts'

/** A replica and the GPUs that it sees. */
export interface ReplicaGpus {
  readonly replica: string
  readonly model: string
  /** Where the target tells it. */
  readonly node?: string
  readonly gpus: readonly Gpu[]
  /** Why none are told, in one line; null where they are. */
  readonly missing: string | null
}

/** A driver that hangs would hold everybody up. */
const answerMs = 20_000
/** Replicas that are asked at the same time. */
const atOnce = 8
/** Eight GPUs with a hundred processes tell about 10 kB. */
const outputLimit = 1024 * 1024

/** Asks each replica, in its place, for its GPUs; one that cannot be asked says why and keeps no other out. */
export async function readGpus(
  fleet: string,
  environment: Environment,
  target: Target,
  signal: AbortSignal,
): Promise<readonly ReplicaGpus[]> {
  const { replicas } = await target.status(fleet, environment)
  const found = new Map<ReplicaStatus, ReplicaGpus>()
  const waiting = [...replicas]
  const takeNext = async (): Promise<void> => {
    for (let replica = waiting.shift(); replica !== undefined; replica = waiting.shift()) {
      found.set(replica, await askReplica(replica, { fleet, environment, target, signal }))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, takeNext))
  return replicas.flatMap((replica) => found.get(replica) ?? [])
}

interface Asking {
  readonly fleet: string
  readonly environment: Environment
  readonly target: Target
  readonly signal: AbortSignal
}

async function askReplica(
  { id, model, node, state }: ReplicaStatus,
  { fleet, environment, target, signal }: Asking,
): Promise<ReplicaGpus> {
  const about = { replica: id, model, ...(node === undefined ? {} : { node }) }
  const output = new Collected()
  const errors = new Collected()
  const late = AbortSignal.timeout(answerMs)
  try {
    const exitCode = await target.exec(fleet, environment, {
      subject: id,
      command: gpuQuestion,
      streams: { output, errors },
      signal: AbortSignal.any([signal, late]),
    })
    const answer = readGpuAnswer(exitCode, String(output), String(errors))
    return 'gpus' in answer
      ? { ...about, gpus: answer.gpus, missing: null }
      : { ...about, gpus: [], missing: answer.missing }
  } catch (problem) {
    signal.throwIfAborted()
    const why = late.aborted ? `nvidia-smi does not answer within ${answerMs / 1000} s` : reasonOf(problem)
    return { ...about, gpus: [], missing: state === 'ready' ? why : `it is ${state}: ${why}` }
  }
}

function reasonOf(problem: unknown): string {
  const parts = problem instanceof UserError ? [problem.parts.what, problem.parts.why] : [String(problem)]
  return parts
    .filter((part) => part !== undefined)
    .join(': ')
    .replaceAll(/\s*\n\s*/g, ' ')
}

/** What a command printed, up to a limit. */
class Collected extends Writable {
  #text = ''

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    if (this.#text.length < outputLimit) this.#text += bytes.toString('utf8')
    done()
  }

  override toString(): string {
    return this.#text
  }
}
