import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Scenario } from '../scenarios.ts'
import type { Target, Targets } from '../targets/contract.ts'
import { foreignShares, type LoadReport, type MeasuredScenario, type Round } from './load-report.ts'
import { waitForQuiet, type Patience } from './patience.ts'
import { inRealTime, onCore, together, undisturbed } from './pinning.ts'
import type { Workshop } from './workshop.ts'

const execute = promisify(execFile)

/** Puts a scenario's load on every target, round after round, each round in another order. */
export async function measureScenario(
  scenario: Scenario,
  { direct, gateways }: Targets,
  workshop: Workshop,
  patience: Patience,
): Promise<MeasuredScenario> {
  const targets = scenario.asksDirectly ? [direct, ...gateways] : gateways
  const rounds: Round[] = []
  for (let round = 0; round < scenario.rounds; round += 1) {
    if (round > 0 && performance.now() > patience.endsAtMs) break
    const turn = round % targets.length
    for (const target of [...targets.slice(turn), ...targets.slice(0, turn)]) {
      await waitForQuiet(workshop.machine, patience)
      rounds.push(await measure(scenario, target, workshop))
    }
  }
  const { name, title, unit } = scenario
  return { name, title, unit, rounds }
}

async function measure(scenario: Scenario, target: Target, workshop: Workshop): Promise<Round> {
  const { machine, mock, tool } = workshop
  const core = scenario.isTogether ? machine.gatewayCore : machine.loadCore
  const command = onCore(machine, core, [tool, 'load', ...loadArguments(scenario.load, target, workshop)])
  const sharesCore = core === machine.gatewayCore
  if (!scenario.isUndisturbed) return runLoad(command, target, workshop, sharesCore)
  const processes = target.process === undefined ? [mock.pid] : [mock.pid, target.process.pid]
  const runUndisturbed = () =>
    undisturbed(machine, processes, () => runLoad(inRealTime(machine, command), target, workshop, sharesCore))
  return scenario.isTogether ? together(machine, mock.pid, runUndisturbed) : runUndisturbed()
}

function loadArguments(load: readonly string[], target: Target, { machine, mock }: Workshop): string[] {
  return [
    ...load,
    `--port=${target.port}`,
    `--key=${target.key}`,
    `--mock-pid=${mock.pid}`,
    `--gateway-core=${machine.gatewayCore}`,
    `--load-core=${machine.loadCore}`,
    `--gateway-pid=${target.process?.pid ?? 0}`,
  ]
}

async function runLoad(
  command: readonly string[],
  target: Target,
  workshop: Workshop,
  sharesCore: boolean,
): Promise<Round> {
  const counted = target.process !== undefined && workshop.machine.countsInstructions
  const countFile = join(workshop.folder, 'instructions.csv')
  const perf = [
    'perf',
    'stat',
    '-x',
    ',',
    '-o',
    countFile,
    '-e',
    'instructions',
    '-p',
    String(target.process?.pid),
    '--',
  ]
  const [program = '', ...args] = counted ? [...perf, ...command] : command
  const { stdout } = await execute(program, args, { timeout: 120_000 })
  if (target.process?.isAlive() === false) throw new Error(`${target.name} ended while it was measured`)
  const report = JSON.parse(stdout) as LoadReport
  const foreign = foreignShares(report, sharesCore)
  const instructions = counted ? countedIn(readFileSync(countFile, 'utf8')) : undefined
  return {
    ...report,
    target: target.name,
    foreignGatewayShare: foreign.gateway,
    foreignLoadShare: foreign.load,
    ...(instructions === undefined ? {} : { instructions }),
  }
}

/** What `perf stat -x ,` counted: the first field of each line, of which there is one a kind of core. */
export function countedIn(output: string): number | undefined {
  const counts = [...output.matchAll(/^(\d+),/gm)].map(([, count]) => Number(count))
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0)
}
