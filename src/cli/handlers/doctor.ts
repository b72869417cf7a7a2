import { resolve } from 'node:path'
import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { targetNames, type TargetName } from '../../fleet/index.ts'
import { version } from '../../observe/index.ts'
import { findTarget, fleetStatus, type ReadFleet } from '../../operate/index.ts'
import {
  examine,
  explainWhy,
  planPrerequisites,
  proveOptimisations,
  type CheckResult,
  type ExamineContext,
  type GatewayAddress,
  type WhyQuestion,
} from '../../operate/doctor/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { renderCauses, renderCheck, renderInstallPlan, renderSummary } from '../doctor/index.ts'
import { openFleet, purposeOf, resolveFleet } from '../fleets/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { clusterIn, openTarget } from '../targets/index.ts'

/** Lines longer than this are hard to read, however wide the terminal is. */
const widest = 100

/** Acts for `fairlead doctor`. */
export const doctor: CommandHandler = async ({ args: [argument], options }, context) => {
  const asked = targetNames.find((name) => name === options['target'])
  // Planning is lenient: what a machine or an environment lacks is to be told by its check.
  const { read } = await resolveFleet(await openFleet(argument, context, purposeOf(asked)), options, context)
  const target = asked ?? read.fleet.targets.default
  if (options['install-plan'] === true) return tellInstallPlan(target, read, context)
  const question = whyQuestions.find((word) => word === options['why'])
  if (question !== undefined) return tellWhy(question, target, read, options, context)
  const results = await examineOn(target, read, options, context)
  const { output } = context
  if (output.json) output.document({ fleet: read.fleet.name, target, state: stateOf(results), checks: results })
  else output.line(`\n${renderSummary(results, output.paint)}`)
  return exitCodeOf(results, options['strict'] === true)
}

type Options = CommandInput['options']

async function examineOn(
  target: TargetName,
  read: ReadFleet,
  options: Options,
  context: CommandContext,
): Promise<readonly CheckResult[]> {
  const { environment, signal, output, workingFolder } = context
  const columns = Math.min(output.columns(), widest)
  if (!output.json) output.line(`Fleet ${output.paint.bold(read.fleet.name)}, target ${target}\n`)
  const examining: ExamineContext = {
    environment,
    signal,
    version,
    folder: resolve(workingFolder, readText(options['output']) ?? '.'),
    cluster: clusterIn(options, workingFolder),
    onResult: (result) => {
      if (output.json || (result.state === 'not-applicable' && options['all'] !== true)) return
      for (const line of renderCheck(result, columns, output.paint)) output.line(line)
    },
  }
  const results = await examine(read, target, examining)
  if (options['prove'] !== true) return results
  if (!output.json) output.line(`\n${output.paint.bold('By real requests')}\n`)
  return results.concat(await proveOptimisations(read, await gatewayOf(target, read, options, context), examining))
}

const whyQuestions: readonly WhyQuestion[] = ['slow', 'oom', 'loading']

async function tellWhy(
  question: WhyQuestion,
  name: TargetName,
  read: ReadFleet,
  options: Options,
  context: CommandContext,
): Promise<ExitCode> {
  const { output } = context
  const target = await openTarget(name, options, context, read.fleet)
  try {
    const causes = await explainWhy(read, question, target, context)
    if (output.json) output.document({ fleet: read.fleet.name, target: name, question, causes })
    else for (const line of renderCauses(causes, Math.min(output.columns(), widest), output.paint)) output.line(line)
    return causes.length === 0 ? exitCodes.done : exitCodes.answerIsNo
  } finally {
    await target.close()
  }
}

/** Where real requests go. */
async function gatewayOf(
  target: TargetName,
  read: ReadFleet,
  options: Options,
  { environment }: CommandContext,
): Promise<GatewayAddress> {
  const key = environment['FAIRLEAD_API_KEY']
  const keyed = key === undefined || key === '' ? {} : { key }
  const named = readText(options['gateway'])?.replace(/\/+$/, '')
  const admin = readText(options['admin'])?.replace(/\/+$/, '')
  if (named !== undefined) return { address: named, admin: admin ?? adminOf(named), ...keyed }
  const { gateway } =
    target === 'local' ? await fleetStatus(read.fleet.name, environment, await findTarget('local')) : { gateway: null }
  if (gateway === null) {
    throw new UserError({
      what:
        target === 'local'
          ? `Fleet “${read.fleet.name}” does not run`
          : `Where the gateway is on target ${target} is not known`,
      mend: 'Start the Fleet, or name its gateway with --gateway; `fairlead port-forward` brings one of a cluster here.',
      command: 'fairlead doctor --prove --gateway http://127.0.0.1:8080',
    })
  }
  return { address: gateway.address, admin: admin ?? gateway.admin, ...keyed }
}

/** The admin listener is one port up unless the Fleet says otherwise. */
function adminOf(address: string): string {
  const url = URL.parse(address)
  if (url === null) {
    throw usageError({ what: `${JSON.stringify(address)} is no URL`, mend: 'Name one such as http://127.0.0.1:8080.' })
  }
  url.port = String(Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port) + 1)
  return url.href.replace(/\/+$/, '')
}

async function tellInstallPlan(target: TargetName, read: ReadFleet, context: CommandContext): Promise<ExitCode> {
  const { environment, signal, output } = context
  const plan = await planPrerequisites(read, target, { environment, signal, version })
  if (output.json) output.document(plan)
  else for (const line of renderInstallPlan(plan, Math.min(output.columns(), widest), output.paint)) output.line(line)
  return exitCodes.done
}

function stateOf(results: readonly CheckResult[]): 'ok' | 'warning' | 'failed' {
  if (results.some(({ state }) => state === 'failed')) return 'failed'
  return results.some(({ state }) => state === 'warning') ? 'warning' : 'ok'
}

function exitCodeOf(results: readonly CheckResult[], isStrict: boolean): ExitCode {
  const state = stateOf(results)
  return state === 'failed' || (isStrict && state === 'warning') ? exitCodes.answerIsNo : exitCodes.done
}
