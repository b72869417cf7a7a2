import type { WorkContext } from '../../operate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { createProgress } from '../progress/index.ts'
import { readTimeout } from './read-work-options.ts'

/** Runs work that takes time: with progress on standard error, ended by Ctrl-C, bounded by `--timeout`. */
export async function withProgress<Result>(
  options: CommandInput['options'],
  { environment, signal, output }: CommandContext,
  work: (context: WorkContext) => Promise<Result>,
): Promise<Result> {
  const timeout = readTimeout(options)
  const progress = createProgress(output)
  try {
    return await work({ environment, signal, progress, ...timeout })
  } finally {
    progress.close()
  }
}
