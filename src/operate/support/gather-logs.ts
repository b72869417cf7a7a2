import type { Environment } from '../../files/index.ts'
import type { FleetStatus, LogQuery, Target } from '../../targets/index.ts'
import type { Bundle } from './bundle.ts'
import { within } from './within.ts'

/** Whose logs, and how much of them. */
interface LogQuestion {
  readonly fleet: string
  readonly target: Target
  readonly environment: Environment
  readonly logLines: number
  readonly signal: AbortSignal
}

/** Of one log, so much is held at a time; more than the bundle keeps of it. */
const heldCharacters = 8 * 2 ** 20

/** The last lines of a log. */
class Tail {
  readonly #lines: string[] = []
  #characters = 0

  add(line: string): void {
    this.#lines.push(line)
    this.#characters += line.length + 1
    while (this.#characters > heldCharacters) this.#characters -= (this.#lines.shift()?.length ?? 0) + 1
  }

  toString(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }
}

/** Takes the logs of a Fleet, and where a replica was started again, of the run before. What came before a failure is kept. */
export async function gatherLogs(question: LogQuestion, bundle: Bundle, limitMs: number): Promise<void> {
  await take('logs', question, {}, bundle, limitMs)
  for (const subject of await startedAgain(question)) {
    await take('logs/previous', question, { subject, previous: true }, bundle, limitMs)
  }
}

async function take(
  folder: string,
  { fleet, target, environment, logLines, signal: outer }: LogQuestion,
  more: Partial<LogQuery>,
  bundle: Bundle,
  limitMs: number,
): Promise<void> {
  const tails = new Map<string, Tail>()
  try {
    await within(limitMs, outer, async (signal) => {
      const query = { follow: false, tail: logLines, signal, ...more }
      for await (const { source, text } of target.logs(fleet, environment, query)) {
        const tail = tails.get(source) ?? new Tail()
        tails.set(source, tail)
        tail.add(text)
      }
    })
  } catch (problem) {
    outer.throwIfAborted()
    bundle.miss(folder, problem)
  }
  for (const [source, tail] of tails) bundle.add(`${folder}/${source}.log`, String(tail), 'end')
}

/** Most replicas whose run before is asked for. */
const mostPrevious = 20

/** Replicas with a run before this one, where the target keeps its log apart. */
async function startedAgain({ fleet, target, environment }: LogQuestion): Promise<readonly string[]> {
  if (target.name === 'local' || target.name === 'compose') return []
  const { replicas }: Pick<FleetStatus, 'replicas'> = await target
    .status(fleet, environment)
    .catch(() => ({ replicas: [] }))
  return replicas
    .filter(({ starts }) => starts > 1)
    .map(({ id }) => id)
    .slice(0, mostPrevious)
}
