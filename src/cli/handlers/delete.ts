import { exitCodes } from '../../errors/index.ts'
import { deleteFleet, type DeleteResult } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import type { Output } from '../output.ts'
import { askBefore, chooseFleet, whereIs, withProgress } from '../targets/index.ts'

/** Acts for `fairlead delete`. */
export const deleteHandler: CommandHandler = ({ args: [argument], options }, context) =>
  chooseFleet({ argument, options }, context, async ({ target, name }) => {
    const { output } = context
    const volumes = options['volumes'] === true
    const what = `Fleet ${name} ${whereIs(target.name)}${volumes ? ' with its volumes and the models in them' : ''}`
    if (options['yes'] !== true && !(await askBefore(`Delete ${what}?`, context))) {
      output.warn('Nothing was deleted.')
      return exitCodes.failed
    }
    const result = await withProgress(options, context, async (work) => {
      const step = work.progress.step(`Deleting Fleet ${name}`)
      try {
        const deleted = await deleteFleet(name, { volumes }, work, target)
        step.succeed(deleted.wasThere ? undefined : 'it was not there')
        return deleted
      } catch (error) {
        step.fail('not deleted whole; run it again')
        throw error
      }
    })
    if (output.json) output.document({ fleet: name, target: target.name, ...result })
    else tell(name, result, output)
    return exitCodes.done
  })

function tell(name: string, { wasThere, removed, kept }: DeleteResult, output: Output): void {
  for (const subject of removed) output.line(`removed ${subject}`)
  for (const subject of kept) output.line(`kept    ${subject}`)
  output.line(wasThere ? `Fleet ${name} is deleted.` : `Fleet ${name} was not there.`)
}
