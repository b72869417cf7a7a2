import { createEngineCache } from '../../engine-cache/index.ts'
import type { CommandHandler } from '../command.ts'
import { becomeEngine, engineArguments } from '../engine/index.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead engine llamacpp`: installs the engine where nobody says where it is, then becomes it. */
export const engineLlamacppHandler: CommandHandler = async ({ options }, context) => {
  const { environment, output, signal } = context
  const args = engineArguments(options)
  if (options['engine-folder'] !== undefined || environment['FAIRLEAD_ENGINE_FOLDER'] !== undefined) {
    return becomeEngine('llamacpp', args, context)
  }
  const progress = createProgress(output)
  try {
    const { folder } = await createEngineCache(environment).install('llamacpp', { environment, progress, signal })
    progress.close()
    return await becomeEngine('llamacpp', [...args, `--engine-folder=${folder}`], context)
  } finally {
    progress.close()
  }
}
