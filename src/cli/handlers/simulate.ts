import { access, constants, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { exitCodes, UserError, type ExitCode } from '../../errors/index.ts'
import { createFolder, writeFileAtomic } from '../../files/index.ts'
import { judge, recommend, sweepPoints, withReplicas, type SimulationResult } from '../../simulate/index.ts'
import { sizeModel } from '../../sizing/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import {
  createRunner,
  engineChoices,
  judgedOf,
  openSetting,
  policiesDocument,
  readEngine,
  readQuestion,
  recommendationDocument,
  renderFlow,
  renderPolicies,
  renderPolicy,
  renderRecommendation,
  renderScalingRuns,
  renderReport,
  renderSweep,
  scalingDocument,
  settingLines,
  surfaceOf,
  sweepDocument,
  verdictLines,
  type ReadEngine,
  type Runner,
  type ScalingRun,
  type Setting,
  type SimulateQuestion,
  type Surface,
  type SweepResults,
} from '../simulate/index.ts'

/** Replicas at the most that a search tries. */
const mostReplicas = 512

/** What an answer is given from. */
interface Work {
  readonly question: SimulateQuestion
  readonly setting: Setting
  readonly engine: ReadEngine
  readonly runner: Runner
  readonly context: CommandContext
}

/** Acts for `fairlead simulate`. */
export const simulate: CommandHandler = async ({ args: [fleet], options }, context) => {
  const asked = readQuestion(options)
  const engine = await readEngine(fleet, options, context)
  const isAsked = options['compare'] !== undefined || engine.policy === undefined
  const question = isAsked ? asked : { ...asked, policies: [engine.policy] }
  const setting = await openSetting(question, engine, options, context)
  await checkReport(question, context)
  const runner = createRunner(context)
  let isDone = false
  try {
    const code = await answer({ question, setting, engine, runner, context })
    isDone = true
    return code
  } finally {
    await runner.close(isDone)
  }
}

function answer(work: Work): Promise<ExitCode> {
  const { recommend: isSearch, sweep } = work.question
  if (isSearch) return answerRecommendation(work)
  if (work.question.autoscale) return answerAutoscale(work)
  return sweep === undefined ? answerPolicies(work) : answerSweep(work, sweep)
}

/** One simulation a policy. */
async function answerPolicies(work: Work): Promise<ExitCode> {
  const { setting, context } = work
  const { output } = context
  const results = await runPolicies(work, setting.simulation, '')
  await report(work, { results })
  const [only] = results
  const judged = judgedOf(results)
  if (output.json) output.document(policiesDocument(results, setting))
  else {
    const surface = head(work)
    const isAlone = results.length === 1 && only !== undefined
    for (const line of isAlone ? renderPolicy(only, surface) : renderPolicies(results, surface)) output.line(line)
    for (const line of renderFlow(results, surface)) output.line(line)
    if (setting.isSloAsked && judged !== undefined) tellVerdict(judged, work, surface)
  }
  return answerOf(work, judged === undefined ? [] : [judged])
}

async function runPolicies(
  { question, runner }: Work,
  simulation: Setting['simulation'],
  where: string,
): Promise<SimulationResult[]> {
  const results: SimulationResult[] = []
  for (const policy of question.policies) {
    results.push(await runner.run({ ...simulation, policy }, `${policy}${where}`))
  }
  return results
}

async function answerSweep(work: Work, axis: NonNullable<SimulateQuestion['sweep']>): Promise<ExitCode> {
  const { setting, engine, context } = work
  const { output } = context
  const choices = axis === 'gpu' ? engineChoices({ ...engine, isGpuNamed: false }, setting) : []
  const points: SweepResults[] = []
  for (const { value, simulation } of sweepPoints(axis, setting.simulation, choices)) {
    points.push({ value, results: await runPolicies(work, simulation, ` at ${axis} ${value}`) })
  }
  await report(work, { sweep: { axis, points } })
  if (output.json) output.document(sweepDocument(axis, points, setting))
  else for (const line of renderSweep(axis, points, head(work))) output.line(line)
  return answerOf(
    work,
    points.flatMap(({ results }) => results),
  )
}

async function answerRecommendation(work: Work): Promise<ExitCode> {
  const { setting, engine, runner, context } = work
  const { output } = context
  const { policies } = work.question
  const base = { ...setting.simulation, policy: policies[0] ?? setting.simulation.policy }
  const searching = recommend({
    base,
    choices: engineChoices(engine, setting),
    share: setting.share,
    most: mostReplicas,
  })
  const found = await runner.search(searching, ({ replicas, engine: { title } }) => `${replicas} of ${title}`)
  await report(work, { recommendation: found })
  if (output.json) output.document(recommendationDocument(found, setting))
  else for (const line of renderRecommendation(found, head(work))) output.line(line)
  return found.best === null ? exitCodes.answerIsNo : exitCodes.done
}

/** Replicas that follow the load beside fixed numbers: the most, and as many as scaling had on average. */
async function answerAutoscale(work: Work): Promise<ExitCode> {
  const { setting, engine, runner, context, question } = work
  const { output } = context
  const base = { ...setting.simulation, policy: question.policies[0] ?? setting.simulation.policy }
  const { autoscale: _scaled, ...fixed } = base
  const { prefillRequest } = engine
  const gpus = engine.sizing.resolved.count
  const prefillGpus = prefillRequest === undefined ? gpus : sizeModel(prefillRequest).resolved.count
  const scaled = await runner.run(base, 'scaled')
  const hours = scaled.simulatedSeconds / 3600
  const gpuHoursOf = (replicaHours: number, prefillHours: number) =>
    (replicaHours - prefillHours) * gpus + prefillHours * prefillGpus
  const { replicaHours = 0, prefillHours = 0 } = scaled.scaling ?? {}
  const runs: ScalingRun[] = [{ name: 'scaled', result: scaled, gpuHours: gpuHoursOf(replicaHours, prefillHours) }]
  const mean = Math.ceil(scaled.scaling?.meanReplicas ?? 1)
  for (const replicas of new Set([Math.max(mean, base.prefillReplicas + 1), base.replicas])) {
    const simulation = withReplicas(fixed, replicas)
    const result = await runner.run(simulation, `${replicas} fixed`)
    const gpuHours = gpuHoursOf(replicas * hours, simulation.prefillReplicas * hours)
    runs.push({ name: String(replicas), result, gpuHours })
  }
  await report(work, { scaling: runs })
  if (output.json) output.document(scalingDocument(runs, setting))
  else {
    const surface = head(work)
    for (const line of renderScalingRuns(runs, base.replicas, surface)) output.line(line)
    if (setting.isSloAsked) tellVerdict(scaled, work, surface)
  }
  return answerOf(work, [scaled])
}

/** The setting on standard output; gives the surface that the rest is shown on. */
function head({ setting, context: { output } }: Work): Surface {
  const surface = surfaceOf(output, setting.currency)
  for (const line of settingLines(setting, surface)) output.line(line)
  output.line()
  return surface
}

function tellVerdict(result: SimulationResult, { setting, context: { output } }: Work, surface: Surface): void {
  output.line()
  for (const line of verdictLines(result, setting, surface)) output.line(line)
}

/** No, where an SLO was asked for and none of the results holds it. */
function answerOf({ setting }: Work, results: readonly SimulationResult[]): ExitCode {
  if (!setting.isSloAsked) return exitCodes.done
  const { simulation, share } = setting
  return results.some((result) => judge(result, simulation.slo, share).holds) ? exitCodes.done : exitCodes.answerIsNo
}

/** Refuses a place for the report that cannot be written, before hours are simulated for it. */
async function checkReport({ html }: SimulateQuestion, { workingFolder }: CommandContext): Promise<void> {
  if (html === undefined) return
  const file = resolve(workingFolder, html)
  await createFolder(dirname(file))
  await access(dirname(file), constants.W_OK)
  const found = await stat(file).catch(() => null)
  if (found?.isDirectory() !== true) return
  throw new UserError({
    what: `--html ${html} is a folder`,
    mend: `Name a file in it, such as ${join(html, 'report.html')}.`,
  })
}

/** Writes the report, where one is asked for. */
async function report({ question, setting, context }: Work, found: Parameters<typeof renderReport>[1]): Promise<void> {
  if (question.html === undefined) return
  await writeFileAtomic(resolve(context.workingFolder, question.html), renderReport(setting, found), 0o644)
  context.output.note(`Wrote ${question.html}`)
}
