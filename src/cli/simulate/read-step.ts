import { resolve } from 'node:path'
import { readBoundedFile } from '../../files/index.ts'
import { readCalibration, type StepCost } from '../../simulate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import type { ReadEngine } from './read-engine.ts'
import type { SimulateQuestion } from './read-options.ts'

/** A hundred thousand samples take less. */
const limitBytes = 32 * 1024 * 1024

/** What steps take by the calibration that the command line names, and what to say of it; null for none. */
export async function readStep(
  { sweep, recommend }: SimulateQuestion,
  { sizing, isGpuNamed }: ReadEngine,
  options: CommandInput['options'],
  { workingFolder }: CommandContext,
): Promise<{ readonly step: StepCost; readonly remark: string } | null> {
  const file = readText(options['calibration'])
  if (file === undefined) return null
  if (sweep === 'gpu' || (recommend && !isGpuNamed)) {
    throw usageError({
      what: '--calibration tells of one GPU, and several are asked about',
      mend: recommend ? 'Name the --gpu that was measured.' : 'Sweep something else, or leave --calibration out.',
    })
  }
  const bytes = await readBoundedFile(resolve(workingFolder, file), limitBytes)
  const step = readCalibration(bytes.toString('utf8'), file, sizing.resolved.maxBatchedTokens)
  return { step, remark: `Steps take what ${file} says: ${step.assumptions.join('; ')}.` }
}
