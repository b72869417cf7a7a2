import { exitCodes } from '../../errors/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderCompletion, shellNames } from '../completion/index.ts'
import { usageError } from '../parse/index.ts'

/** Acts for `fairlead completion`. */
export const completion: CommandHandler = async ({ args: [name = ''] }, { output, commandLine }) => {
  const shell = shellNames.find((each) => each === name)
  if (shell === undefined) {
    throw usageError({
      what: `There is no completion for "${name}"`,
      why: `The shells are ${shellNames.join(', ')}.`,
      command: 'fairlead completion bash',
    })
  }
  output.write(renderCompletion(shell, commandLine))
  return exitCodes.done
}
