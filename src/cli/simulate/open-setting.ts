import { UserError } from '../../errors/index.ts'
import { engineShapeOf, withinContext, type EngineChoice, type EngineShape } from '../../simulate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { sizeOnGpus, type ReadEngine } from './read-engine.ts'
import { readAutoscaling } from './read-autoscaling.ts'
import { readFlow, type SimulateQuestion } from './read-options.ts'
import { readStep } from './read-step.ts'
import { readWorkload } from './read-workload.ts'
import type { Setting } from './setting.ts'

/** What is simulated, from what is asked: the load, as far as the engine takes it, on the replicas. */
export async function openSetting(
  question: SimulateQuestion,
  engine: ReadEngine,
  options: CommandInput['options'],
  context: CommandContext,
): Promise<Setting> {
  const read = await readWorkload(options, question.seed, context)
  const { context: longest } = engine.sizing.resolved
  const { workload, leftOut } = withinContext(read.workload, longest)
  if (workload.requests.length === 0) {
    throw new UserError({
      what: `No request of ${workload.name} fits a context of ${longest.toLocaleString('en')} tokens`,
      mend: 'Choose a model with a longer context, or another workload.',
    })
  }
  const measured = await readStep(question, engine, options, context)
  const shape = withBlocks(engineShapeOf(engine.request, measured?.step), workload.blockTokens)
  const { prefillReplicas, prefillRequest, minSplitTokens, saturation, sessions } = engine
  const isOther = prefillReplicas > 0 && prefillRequest !== undefined && measured === null
  const prefill = isOther ? withBlocks(engineShapeOf(prefillRequest), workload.blockTokens).engine : null
  const flow = readFlow(options, engine.flow)
  const autoscaling = question.autoscale ? readAutoscaling(engine, options, flow) : null
  return {
    simulation: {
      workload,
      engine: shape.engine,
      ...(prefill === null || prefill.title === shape.engine.title ? {} : { prefillEngine: prefill }),
      ...(minSplitTokens === undefined ? {} : { minSplitTokens }),
      ...(saturation === undefined ? {} : { saturation }),
      ...(sessions === undefined ? {} : { sessions }),
      ...(flow === null ? {} : { flow }),
      replicas: engine.replicas,
      prefillReplicas,
      ...(autoscaling === null ? {} : { autoscale: autoscaling.autoscale }),
      transferBitsPerSecond: question.transferBitsPerSecond,
      ...(question.gateways === 1 ? {} : { gateways: question.gateways }),
      ...(question.loadReportsMs === null ? {} : { loadReportsMs: question.loadReportsMs }),
      policy: question.policies[0] ?? 'default',
      seed: question.seed,
      rate: question.rate,
      slo: question.slo.slo,
    },
    load: read.summary,
    loadSource: read.source,
    from: engine.from,
    currency: engine.currency,
    share: question.slo.share,
    isSloAsked: question.slo.isAsked,
    isSearched: question.recommend,
    remarks: [
      ...engine.remarks,
      ...shape.remarks,
      ...(measured === null ? [] : [measured.remark]),
      ...(autoscaling === null ? [] : [autoscaling.remark]),
      ...(leftOut === 0
        ? []
        : [
            `Left out: ${leftOut.toLocaleString('en')} of the requests, since with their answer they are longer than the context of ${longest.toLocaleString('en')} tokens or follow such a one.`,
          ]),
    ],
  }
}

/** Engines to choose from: the GPU that is named, or every GPU that fits and has a price, the likely cheapest first. */
export function engineChoices(engine: ReadEngine, { simulation }: Setting): readonly EngineChoice[] {
  const sized = engine.isGpuNamed ? [engine] : sizeOnGpus(engine)
  return sized.map(({ request, sizing }) => {
    const { count } = sizing.resolved
    return {
      name: count === 1 ? request.gpu.key : `${count} × ${request.gpu.key}`,
      // The GPU that is named may have been measured.
      engine: engine.isGpuNamed
        ? simulation.engine
        : withBlocks(engineShapeOf(request), simulation.workload.blockTokens).engine,
    }
  })
}

/** The engine with blocks that the workload's are whole ones of. */
function withBlocks(engine: EngineShape, blockTokens: number): { engine: EngineShape; remarks: readonly string[] } {
  if (blockTokens % engine.kvBlockTokens === 0) return { engine, remarks: [] }
  return {
    engine: { ...engine, kvBlockTokens: blockTokens },
    remarks: [
      `KV blocks of ${blockTokens} tokens are simulated in place of ${engine.kvBlockTokens}, since the trace tells prompts apart by such.`,
    ],
  }
}
