import { ask, type ProbedContainer } from './probe.ts'
import { probeRepeatedly } from './prober.ts'

/** What a container's probes lead to. */
export interface ProbeListener {
  /** Ends all probes, with the container. */
  readonly signal: AbortSignal
  /** The container is asked to end: whether it lives matters no more, whether it is ready does. */
  readonly stopping: AbortSignal
  onFailure(kind: 'Startup' | 'Readiness' | 'Liveness', failure: string): void
  onStarted(): void
  onReady(isReady: boolean): void
  /** It is to be ended, and started again where its policy says so. */
  onDead(kind: 'startup' | 'liveness'): void
}

/** Resolves once the startup probe has passed or failed for good: to whether it passed. */
async function hasStarted(probed: ProbedContainer, listener: ProbeListener): Promise<boolean> {
  const probe = probed.container.startupProbe
  if (probe === undefined) return true
  const decided = new AbortController()
  let passed = false
  await probeRepeatedly(probe, () => ask(probe, probed), {
    signal: AbortSignal.any([listener.signal, decided.signal]),
    onFailure: (failure) => listener.onFailure('Startup', failure),
    onVerdict: (passes) => {
      passed = passes
      decided.abort()
    },
  })
  if (listener.signal.aborted) return false
  if (passed) listener.onStarted()
  else listener.onDead('startup')
  return passed
}

/** Runs the probes of a container that has just started, until its signal fires. */
export async function runProbes(probed: ProbedContainer, listener: ProbeListener): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = probed.container
  if (!(await hasStarted(probed, listener))) return
  if (readinessProbe !== undefined) {
    void probeRepeatedly(readinessProbe, () => ask(readinessProbe, probed), {
      signal: listener.signal,
      isAtOnce: startupProbe !== undefined,
      onFailure: (failure) => listener.onFailure('Readiness', failure),
      onVerdict: (passes) => listener.onReady(passes),
    })
  }
  if (livenessProbe === undefined) return
  const dead = new AbortController()
  void probeRepeatedly(livenessProbe, () => ask(livenessProbe, probed), {
    signal: AbortSignal.any([listener.signal, listener.stopping, dead.signal]),
    onFailure: (failure) => listener.onFailure('Liveness', failure),
    onVerdict: (passes) => {
      if (passes) return
      dead.abort()
      listener.onDead('liveness')
    },
  })
}
