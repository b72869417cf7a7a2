import { createEngineCache } from '../../engine-cache/index.ts'
import { exitCodes } from '../../errors/index.ts'
import type { CommandHandler } from '../command.ts'
import { usageError } from '../parse/index.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead engine install`. */
export const engineInstallHandler: CommandHandler = async ({ args: [name = ''] }, { environment, output, signal }) => {
  if (name !== 'llamacpp') {
    throw usageError({
      what: `There is no engine ${JSON.stringify(name)} to install`,
      mend: 'Only llamacpp is installed; the simulated engine comes with Fairlead.',
      command: 'fairlead engine install llamacpp',
    })
  }
  const progress = createProgress(output)
  try {
    const { folder } = await createEngineCache(environment).install(name, { environment, progress, signal })
    output.line(folder)
  } finally {
    progress.close()
  }
  return exitCodes.done
}
