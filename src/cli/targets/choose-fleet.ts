import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../../errors/index.ts'
import { targetNames, type TargetName } from '../../fleet/index.ts'
import { meansFile, readFleet, resolveFleetName, type ReadFleet, type Target } from '../../operate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { openTarget } from './open-target.ts'

/** A Fleet on a target. */
export interface ChosenFleet {
  readonly target: Target
  readonly name: string
  /** Its file, where a file is meant or lies here. */
  readonly read?: ReadFleet
}

/** What a command line says: its options, and a Fleet by its name or its file. */
export interface FleetWords {
  readonly argument: string | undefined
  readonly options: CommandInput['options']
}

/** `./fleet.yaml`, where there is one that can be read; who names no Fleet need not have one. */
async function fleetHere({ environment, workingFolder }: CommandContext): Promise<ReadFleet | undefined> {
  if (!existsSync(join(workingFolder, 'fleet.yaml'))) return undefined
  return readFleet('fleet.yaml', environment, { workingFolder, purpose: 'plan' }).catch(() => undefined)
}

/** The Fleet file that is meant: the one named; else ./fleet.yaml where it is the Fleet of that name. */
async function readMeant(argument: string | undefined, context: CommandContext): Promise<ReadFleet | undefined> {
  const { environment, workingFolder } = context
  if (argument !== undefined && meansFile(argument)) {
    return readFleet(argument, environment, { workingFolder, purpose: 'plan' })
  }
  const here = await fleetHere(context)
  return argument === undefined || here?.fleet.name === argument ? here : undefined
}

/**
 * Runs `work` with the target and the Fleet that a command line means: `--target`, else that of the Fleet file that is meant,
 * else local. A Fleet that is not named is that of ./fleet.yaml where it is for the target, else the only one there. The
 * target is closed whatever happens.
 * @param whenNone what to say where no Fleet was named and the target has none; an error that says how to start one when absent
 */
export async function chooseFleet(
  { argument, options }: FleetWords,
  context: CommandContext,
  work: (chosen: ChosenFleet) => Promise<number>,
  whenNone?: (target: TargetName) => void,
): Promise<number> {
  const asked = targetNames.find((name) => name === options['target'])
  const meant = asked === 'local' && argument === undefined ? undefined : await readMeant(argument, context)
  const targetName = asked ?? meant?.fleet.targets.default ?? 'local'
  const target = await openTarget(targetName, options, context, meant?.fleet)
  try {
    // On this machine what runs is meant, whatever file lies here.
    const isByFile = argument !== undefined || targetName !== 'local'
    const known = isByFile ? (meant?.fleet.name ?? argument) : undefined
    if (known !== undefined) return await work({ target, name: known, ...(meant === undefined ? {} : { read: meant }) })
    const { environment, workingFolder } = context
    if (whenNone !== undefined && (await target.list(environment)).length === 0) {
      whenNone(targetName)
      return exitCodes.answerIsNo
    }
    return await work({ target, name: await resolveFleetName(undefined, environment, target, workingFolder) })
  } finally {
    await target.close()
  }
}
