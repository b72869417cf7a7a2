import { z } from 'zod'
import type { ProcessIdentity } from '../../../discovery/index.ts'
import type { Engine, KvEventsEndpoints } from '../../../engines/contract.ts'
import { processStartTime } from '../../../files/index.ts'
import type { Model } from '../../../fleet/index.ts'
import { findFreePorts, urlOf, whyNotFree } from '../ports.ts'
import { signalProcess } from '../process-signals.ts'
import type { EnginePlaces, Programs } from '../programs.ts'
import { defaultSilencePolicy, untilOk, untilSilent } from './answers.ts'
import type { Clock } from './clock.ts'
import type { ProcessRole } from './supervised-process.ts'

/** What the watchdog says about the foreign binary that it holds. */
const spawned = z.object({ type: z.literal('spawned'), pid: z.int().positive() })

/** Everything that one replica is started with. */
export interface ReplicaLaunch {
  readonly id: string
  readonly model: Model
  readonly engine: Engine
  readonly host: string
  readonly port: number
  readonly threads: number
  readonly modelPath: string | undefined
  readonly places: EnginePlaces
  /** Variables beside those of its command line, which win. */
  readonly variables: Readonly<Record<string, string>>
  /** Where it publishes its KV events; undefined when nobody listens. */
  readonly kvEvents: KvEventsEndpoints | undefined
}

/** What a replica's process tells beside its state. */
export interface ReplicaEvents {
  /** It listens on another port from its next start on. */
  onPort(port: number): void
  onEngineProcess(identity: ProcessIdentity | null): void
}

/** A replica as a supervised process: it serves once its readiness path answers 200, and is restarted when it hangs. */
export function replicaRole(
  launch: ReplicaLaunch,
  programs: Programs,
  clock: Clock,
  events: ReplicaEvents,
): ProcessRole {
  const { engine, host, model } = launch
  let port = launch.port
  let engineProcess: ProcessIdentity | null = null
  const readinessUrl = () => `${urlOf({ host, port })}${engine.readinessPath}`
  return {
    name: launch.id,
    engine: engine.name,
    startupBudgetMs: model.startupBudget,
    mustServeAtFirst: false,
    async commandLine() {
      if ((await whyNotFree({ host, port })) !== undefined) {
        port = (await findFreePorts(1, host))[0] ?? port
        events.onPort(port)
      }
      const request = {
        model,
        host,
        port,
        threads: launch.threads,
        binariesOnPath: new Set(launch.places.binaries.keys()),
        ...(launch.kvEvents !== undefined && { kvEvents: launch.kvEvents }),
      }
      const { modelPath } = launch
      const asked = modelPath === undefined ? request : { ...request, modelPath }
      const line = programs.engine(engine.launch(asked), launch.places)
      return { ...line, env: { ...launch.variables, ...line.env } }
    },
    untilServing: (_child, signal) => untilOk(readinessUrl(), clock, signal),
    untilUnresponsive: (signal) => untilSilent(readinessUrl(), defaultSilencePolicy, clock, signal),
    onMessage(message) {
      const parsed = spawned.safeParse(message)
      const startTime = parsed.success ? processStartTime(parsed.data.pid) : undefined
      if (!parsed.success || startTime === undefined) return
      engineProcess = { pid: parsed.data.pid, startTime }
      events.onEngineProcess(engineProcess)
    },
    onEnd() {
      // A watchdog that was killed could not end its engine.
      if (engineProcess !== null) signalProcess(engineProcess, 'SIGKILL')
      engineProcess = null
      events.onEngineProcess(null)
    },
  }
}
