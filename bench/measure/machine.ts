import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, release } from 'node:os'

/** Where it is measured, and what the machine lets us do. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly kernel: string
  readonly node: string
  /** The core that gateways run on, and that of mock and load; the same on a machine with one core. */
  readonly gatewayCore: number
  readonly loadCore: number
  /** Whether processes can be pinned to cores. */
  readonly canPin: boolean
  /** Whether latencies can be measured in the real-time class, where other work cannot come between. */
  readonly canRunRealTime: boolean
  /** Whether the processor counts instructions for us. */
  readonly countsInstructions: boolean
  /** What a reader must know: what is missing here. */
  readonly notes: readonly string[]
}

const works = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** Looks at the machine. Throws where nothing can be measured. */
export async function describeMachine(): Promise<Machine> {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc and uses epoll: it needs Linux')
  const cores = availableParallelism()
  const canPin = works('taskset', '-c', '0', 'true')
  const canRunRealTime = canPin && works('chrt', '-r', '2', 'true')
  const countsInstructions = probeInstructions()
  const notes = [
    ...(canPin ? [] : ['taskset (Debian package util-linux) is missing: nothing is pinned to a core']),
    ...(canRunRealTime ? [] : ['no right to the real-time class: other work disturbs latencies at 1 connection']),
    ...(countsInstructions ? [] : ['perf cannot count instructions here: only CPU time is measured']),
    ...(cores > 1 ? [] : ['one core only: gateway, mock and load share it']),
  ]
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores,
    kernel: release(),
    node: process.version,
    gatewayCore: cores > 1 ? 1 : 0,
    loadCore: 0,
    canPin,
    canRunRealTime,
    countsInstructions,
    notes,
  }
}

function probeInstructions(): boolean {
  const probe = spawnSync('perf', ['stat', '-x', ',', '-e', 'instructions', 'true'], { encoding: 'utf8' })
  return probe.status === 0 && /^\d+,/m.test(probe.stderr)
}
