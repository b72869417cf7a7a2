import { resolve } from 'node:path'
import type { TargetName } from '../../fleet/index.ts'
import { findTarget, type Target, type TargetPlace } from '../../operate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

type Options = CommandInput['options']

const ofClusters = ['context', 'namespace', 'kubeconfig'] as const
const withoutCluster: ReadonlySet<TargetName> = new Set(['local', 'compose'])

/** Where the target is that options name. */
function placeOf(options: Options, { environment, workingFolder }: CommandContext): TargetPlace {
  const context = readText(options['context'])
  const namespace = readText(options['namespace'])
  const kubeconfig = readText(options['kubeconfig'])
  const output = readText(options['output'])
  return {
    environment,
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(workingFolder, kubeconfig) }),
    ...(output === undefined ? {} : { folder: resolve(workingFolder, output) }),
  }
}

/**
 * A target, to be closed by whoever asks for it.
 * @throws UserError for options that the target has no use for: who names a cluster means one
 */
export function openTarget(name: TargetName, options: Options, context: CommandContext): Target {
  const strange = withoutCluster.has(name) ? ofClusters.find((option) => options[option] !== undefined) : undefined
  if (strange !== undefined) {
    throw usageError({
      what: `--${strange} names a cluster, and target ${name} has none`,
      mend: 'Name the target as well, or leave the option out.',
      command: `--target kubernetes --${strange} …`,
    })
  }
  if (name !== 'compose' && options['output'] !== undefined) {
    throw usageError({
      what: `--output is the folder of a Compose project, and target ${name} has none`,
      mend: 'Leave it out; `fairlead render --output DIR` writes the files of any target.',
    })
  }
  return (context.findTarget ?? findTarget)(name, placeOf(options, context))
}
