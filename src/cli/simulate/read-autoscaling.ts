import { fleetSchema, parseDuration } from '../../fleet/index.ts'
import type { ScalingSettings } from '../../scheduling/index.ts'
import type { Autoscaling, FlowLimits } from '../../simulate/index.ts'
import type { CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { formatMs } from './figures.ts'
import type { ReadEngine } from './read-engine.ts'

/** As long as an engine takes beside reading weights: its start, compilation, warm-up. An assumption; `--start-time` replaces it. */
const besideWeightsMs = 60_000
/** How fast weights are read from a disk of the machine. An assumption, as above. */
const weightBytesPerMs = 1e6
/** The loop over a real Fleet looks once a second; every fifth one is enough where windows have many. */
const intervalMs = 5_000

/**
 * How replicas are scaled: as the Fleet says, or between 1 and `--replicas` by its defaults.
 * @throws UserError (exit code 64) for a model that is not scaled, and for a time that cannot be read
 */
export function readAutoscaling(
  { scaling, sizing, replicas, prefillReplicas }: ReadEngine,
  options: CommandInput['options'],
  flow: FlowLimits | null,
): { readonly autoscale: Autoscaling; readonly remark: string } {
  if (scaling === undefined && prefillReplicas > 0) {
    throw usageError({
      what: '--autoscale with --prefill, and no Fleet says how replicas that prefill are scaled',
      mend: 'Write prefill and decode with minReplicas and maxReplicas in a Fleet and name it, or leave --prefill out.',
    })
  }
  const [declared, prefill] = scaling ?? [usualSettings(replicas - prefillReplicas)]
  if (declared === undefined || (prefillReplicas > 0 && prefill === undefined)) {
    throw usageError({
      what: 'The Fleet does not scale this model',
      why: 'Its replicas are a fixed number, or somebody else scales them.',
      mend: 'Write minReplicas and maxReplicas at the model (of both pools, where it has two), and leave autoscale.by at fairlead.',
    })
  }
  const places = [sizing.resolved.maxSequences, flow?.maxInFlight].filter((each) => each !== undefined)
  const known = {
    requestsPerReplica: Math.min(...places),
    tokensPerReplica: sizing.kvCapacityTokens,
    staleAfterMs: Infinity,
  }
  const written = readText(options['start-time'])
  const startMs =
    written === undefined ? besideWeightsMs + sizing.weightBytes / weightBytesPerMs : parseDuration(written)
  if (startMs === undefined) {
    throw usageError({ what: `--start-time ${written ?? ''} is not understood`, mend: 'Write a duration such as 90s.' })
  }
  return {
    autoscale: {
      settings: atMost(replicas - prefillReplicas, { ...declared, ...known }),
      ...(prefillReplicas === 0 || prefill === undefined
        ? {}
        : { prefill: atMost(prefillReplicas, { ...prefill, ...known }) }),
      startMs,
      intervalMs,
    },
    remark:
      written === undefined
        ? `A replica is taken to serve ${formatMs(startMs)} after it is wanted: a minute, and its weights at 1 GB/s; --start-time says what was measured.`
        : `A replica serves ${formatMs(startMs)} after it is wanted.`,
  }
}

/** The same with so many replicas at the most. */
const atMost = (max: number, settings: ScalingSettings): ScalingSettings => ({
  ...settings,
  max,
  min: Math.min(settings.min, max),
})

/** What a Fleet scales by that says nothing of it. */
function usualSettings(max: number): ScalingSettings {
  const { autoscale } = fleetSchema.parse({ name: 'usual', models: [{ name: 'model', engine: 'simulated' }] })
  const { queuePerReplica, kvCacheUse, upAfter, downAfter, toZeroAfter } = autoscale
  return {
    min: 1,
    max,
    queuePerReplica,
    requestsPerReplica: null,
    tokensPerReplica: null,
    kvCacheUse,
    ttftMs: null,
    upAfterMs: upAfter,
    downAfterMs: downAfter,
    toZeroAfterMs: toZeroAfter,
    gpusPerReplica: 0,
    staleAfterMs: Infinity,
  }
}
