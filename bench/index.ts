/**
 * `npm run bench`: what Fairlead's gateway costs beside nginx and beside a bare Node proxy, measured interleaved in one
 * run against mock engines on this machine. What is measured and how: bench/README.md.
 */
import { measureCluster } from './cluster/index.ts'
import { judgeBars } from './judge/bars.ts'
import { compareWithLast } from './judge/compare.ts'
import { summarise } from './judge/summarise.ts'
import { measureScenario } from './measure/measure-scenario.ts'
import { describeMachine, type Machine } from './measure/machine.ts'
import { openWorkshop, type Workshop } from './measure/workshop.ts'
import { readOptions } from './options.ts'
import { renderReport } from './report/render-report.ts'
import { keepResults, lastResult } from './report/results.ts'
import { measureScaling } from './scaling.ts'
import { chooseScenarios } from './scenarios.ts'
import type { Targets } from './targets/contract.ts'
import { startTargets } from './targets/index.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)
const options = readOptions(process.argv.slice(2))
try {
  if (options.subject === 'cluster') await measureCluster(say)
  else await measureGateway()
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

/** The gateway beside others. */
async function measureGateway(): Promise<void> {
  const machine = await describeMachine()
  const workshop = await openWorkshop(machine)
  try {
    for (const note of machine.notes) say(`note: ${note}`)
    if (options.workers === null) await measureAll(machine, workshop)
    else say(await measureScaling(options.workers, chooseScenarios(options), workshop))
  } finally {
    await workshop.close()
  }
}

/** Every scenario on every target, judged and kept. */
async function measureAll(machine: Machine, workshop: Workshop): Promise<void> {
  const scenarios = chooseScenarios(options)
  const targets = await startTargets(workshop, say)
  const routed = new Map<number, Targets>()
  const targetsFor = async (engines: number): Promise<Targets> => {
    const known = routed.get(engines) ?? (await startTargets(workshop, say, engines))
    routed.set(engines, known)
    return known
  }
  const patience = {
    leftMs: options.isRealTime ? 0 : options.isQuick ? 3_000 : 180_000,
    endsAtMs: options.isQuick ? 60_000 : Number.POSITIVE_INFINITY,
  }
  const measured = []
  for (const scenario of scenarios) {
    const its = scenario.engines === undefined ? targets : await targetsFor(scenario.engines)
    if (scenario.isWarm) its.warmUp()
    say(`measuring ${scenario.title}`)
    measured.push(await measureScenario(scenario, its, workshop, patience))
  }
  const result = summarise({ mode: options.mode, machine, versions: targets.versions, measured })
  const bars = judgeBars(result)
  say(renderReport(result, bars, compareWithLast(result, lastResult(options.mode, machine))))
  keepResults(result, bars, { isPartial: options.scenarios.length > 0 })
  if (result.faults.length > 0) process.exitCode = 1
}
