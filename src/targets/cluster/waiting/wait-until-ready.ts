import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../../errors/index.ts'
import type { ClusterClient } from '../../../kubernetes/index.ts'
import type { ProgressReporter, ProgressStep } from '../../../progress/index.ts'
import type { FleetProblem } from '../../contract.ts'
import type { FoundFleet } from '../fleets/find-fleet.ts'
import { labelOf, readParts, type FleetParts, type Workload } from '../fleets/parts.ts'
import { isOfReplicas, modelLabel, roleLabel } from '../fleets/subjects.ts'
import { loadingSince, podStage, podStages } from './pod-stage.ts'
import { findProblems, partTitle } from './problems.ts'
import { workloadState } from './rollout-state.ts'

const pollMs = 1_000
/** To look at a large Fleet takes the API server a while, in which it readies nothing; it is looked at for a quarter of the time at most. */
const restPerLook = 3
/** Problems are looked for less often: logs are read for them. */
const problemsEveryMs = 3_000

/** What waiting needs. */
export interface WaitContext {
  readonly signal: AbortSignal
  readonly progress: ProgressReporter
  readonly timeoutMs: number
}

/** Seconds and minutes, for people. */
const elapsed = (ms: number) =>
  ms < 60_000 ? `${Math.round(ms / 1_000)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`

/** How far a workload is, told by its pod that is furthest behind: scheduled, image, volume, loading and for how long. */
export function stageText(workload: Workload, { pods }: FleetParts, nowMs: number): string {
  const state = workloadState(workload)
  const same = (label: string) => (pod: FleetParts['pods'][number]) => labelOf(pod, label) === labelOf(workload, label)
  const isModel = isOfReplicas(workload)
  // One LLMInferenceService may have pods of two roles.
  const isSplit = labelOf(workload, roleLabel) === ''
  const own = isModel
    ? pods.filter((pod) => isOfReplicas(pod) && same(modelLabel)(pod) && (isSplit || same(roleLabel)(pod)))
    : pods.filter(({ metadata }) => metadata.name.startsWith(`${workload.metadata.name}-`))
  const stages = own
    .map((pod) => ({ pod, stage: podStage(pod) }))
    .filter(({ stage }) => !['ready', 'ending'].includes(stage))
  const behind = stages.toSorted((a, b) => podStages.indexOf(a.stage) - podStages.indexOf(b.stage))[0]
  if (behind === undefined) return state.message
  const since = behind.stage === 'loading' ? loadingSince(behind.pod) : undefined
  const took = since === undefined ? '' : ` for ${elapsed(Math.max(0, nowMs - Date.parse(since)))}`
  return `${state.message}; ${behind.stage}${took}`
}

/**
 * Waits until every workload of a Fleet has its replicas new and ready; tells each one’s stage, and the first cause of what is
 * stuck as soon as it shows.
 * @throws UserError with the first causes when time is up
 */
export async function waitUntilReady(
  client: ClusterClient,
  found: FoundFleet,
  { signal, progress, timeoutMs }: WaitContext,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  const steps = new Map<string, ProgressStep>()
  const told = new Set<string>()
  let problems: readonly FleetProblem[] = []
  let lookedAt = 0
  for (;;) {
    signal.throwIfAborted()
    const lookedAtMs = performance.now()
    const parts = await readParts(client, found)
    const tookMs = performance.now() - lookedAtMs
    const states = parts.workloads.map((workload) => ({ workload, ...workloadState(workload) }))
    const behind = states.filter(({ state }) => state !== 'complete')
    for (const { workload, state } of states) {
      const title = `${partTitle(workload, found)}`
      const key = workload.metadata.uid
      if (state !== 'complete') {
        const step = steps.get(key) ?? progress.step(title)
        steps.set(key, step)
        step.update(stageText(workload, parts, Date.now()))
      } else if (steps.has(key)) {
        steps.get(key)?.succeed('ready')
        steps.delete(key)
      }
    }
    if (behind.length === 0) return
    if (Date.now() - lookedAt > problemsEveryMs) {
      lookedAt = Date.now()
      problems = await findProblems(client, found, parts)
      for (const { subject, what, why, mend } of problems) {
        const text = [`${subject}: ${what}`, why, mend].filter(Boolean).join('\n  ')
        if (!told.has(`${subject} ${what}`)) progress.note(text)
        told.add(`${subject} ${what}`)
      }
    }
    const hasFailed = behind.every(({ state }) => state === 'failed')
    if (Date.now() > deadline || hasFailed) {
      problems = await findProblems(client, found, parts)
      for (const { workload } of behind) steps.get(workload.metadata.uid)?.fail('not ready')
      throw notReadyError(
        found,
        behind.map(({ workload, message }) => `${partTitle(workload, found)}: ${message}`),
        problems,
        timeoutMs,
        hasFailed,
      )
    }
    await delay(Math.max(pollMs, restPerLook * tookMs), undefined, { signal })
  }
}

function notReadyError(
  { inventory: { fleet } }: FoundFleet,
  behind: readonly string[],
  problems: readonly FleetProblem[],
  timeoutMs: number,
  hasFailed: boolean,
): UserError {
  const [first] = problems
  const causes = problems.map(({ subject, what, why }) => [`${subject}: ${what}`, why].filter(Boolean).join('\n  '))
  return new UserError({
    what: hasFailed ? `Fleet ${fleet} cannot get ready` : `Fleet ${fleet} is not ready after ${elapsed(timeoutMs)}`,
    why: (causes.length > 0 ? causes : behind).join('\n'),
    mend:
      first?.mend ??
      'Everything was applied; it may still get ready. Look at its status, or wait longer with --timeout.',
    command: first?.command ?? `fairlead status ${fleet}`,
  })
}
