import { resolve } from 'node:path'
import type { ExamineContext } from '../../operate/doctor/index.ts'
import type { CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'

/** Which cluster options name. */
export function clusterIn(
  options: CommandInput['options'],
  workingFolder: string,
): NonNullable<ExamineContext['cluster']> {
  const context = readText(options['context'])
  const namespace = readText(options['namespace'])
  const kubeconfig = readText(options['kubeconfig'])
  return {
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(workingFolder, kubeconfig) }),
  }
}
