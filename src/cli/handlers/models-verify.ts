import { exitCodes } from '../../errors/index.ts'
import { openModelStore } from '../../models/index.ts'
import type { CommandHandler } from '../command.ts'
import { createProgress } from '../progress/index.ts'

/** Acts for `fairlead models verify`. */
export const modelsVerify: CommandHandler = async (_input, { output, environment, signal }) => {
  const progress = createProgress(output)
  try {
    const verdicts = await openModelStore(environment).verify({ environment, progress, signal })
    if (output.json) output.document(verdicts)
    else {
      for (const { model, ok, problem } of verdicts) {
        output.line(
          ok
            ? `${output.paint.green('ok')}      ${model.source}`
            : `${output.paint.red('damaged')} ${model.source}: ${problem}`,
        )
      }
      if (verdicts.length === 0) output.note('The cache holds no models.')
      if (verdicts.some(({ ok }) => !ok)) output.note('`fairlead models pull` fetches a damaged file again.')
    }
    return verdicts.every(({ ok }) => ok) ? exitCodes.done : exitCodes.answerIsNo
  } finally {
    progress.close()
  }
}
