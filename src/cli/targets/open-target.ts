import { resolve } from 'node:path'
import type { Fleet, TargetName } from '../../fleet/index.ts'
import { findTarget, type Target, type TargetPlace } from '../../operate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

type Options = CommandInput['options']

const ofClusters = ['context', 'namespace', 'kubeconfig'] as const
const withoutCluster: ReadonlySet<TargetName> = new Set(['local', 'compose'])

/** The namespace that a Fleet file names for a target. */
function namespaceOf(fleet: Fleet | undefined, name: TargetName): string | undefined {
  return name === 'local' || name === 'compose' ? undefined : fleet?.targets[name].namespace
}

/** Where the target is that options name. */
function placeOf(
  options: Options,
  { environment, workingFolder }: CommandContext,
  ownNamespace: string | undefined,
): TargetPlace {
  const context = readText(options['context'])
  const namespace = readText(options['namespace']) ?? ownNamespace
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
 * @param fleet the one that is meant, where its file is known: it is looked for in its own namespace first
 * @throws UserError for options that the target has no use for: who names a cluster means one
 */
export async function openTarget(
  name: TargetName,
  options: Options,
  context: CommandContext,
  fleet: Fleet | undefined,
): Promise<Target> {
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
  return (context.findTarget ?? findTarget)(name, placeOf(options, context, namespaceOf(fleet, name)))
}
