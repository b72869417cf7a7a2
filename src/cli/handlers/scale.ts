import { exitCodes, UserError } from '../../errors/index.ts'
import { scaleFleet } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { chooseFleet, withProgress } from '../targets/index.ts'

/** Acts for `fairlead scale`. */
export const scale: CommandHandler = async ({ args: [model = ''], options }, context) => {
  const replicas = readInteger(options['replicas'])
  refuseBounds(model, readInteger(options['min']), readInteger(options['max']), readText(options['role']))
  if (replicas === undefined) {
    throw usageError({
      what: 'fairlead scale needs --replicas N',
      mend: 'Say how many replicas are wanted.',
      command: `fairlead scale ${model} --replicas 2`,
    })
  }
  return chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { output } = context
    const role = readText(options['role'])
    const request = { model, replicas, ...(role === undefined ? {} : { role }) }
    const result = await withProgress(options, context, (work) => scaleFleet(name, request, work, target))
    const { subject, before, after, note } = result
    if (output.json) output.document({ fleet: name, target: target.name, model, ...result })
    else output.line(before === after ? `${subject} has ${after} already` : `${subject}: ${before} → ${after}`)
    if (note !== undefined) output.note(note)
    return exitCodes.done
  })
}

/** Bounds are what a Fleet says of a model: set beside it, the next apply or the controller would undo them. */
function refuseBounds(model: string, min: number | undefined, max: number | undefined, role: string | undefined): void {
  if (min === undefined && max === undefined) return
  const fields = [
    ...(min === undefined ? [] : [`minReplicas: ${min}`]),
    ...(max === undefined ? [] : [`maxReplicas: ${max}`]),
  ].join(' and ')
  throw new UserError({
    what: `Between how many replicas ${model} is scaled, its Fleet says`,
    why: 'Set beside it, whoever applies the Fleet next would undo it.',
    mend: `Write \`${fields}\` at ${role === undefined ? 'the model' : `\`${role}\` of the model`} in the Fleet file, and apply it.`,
    command: 'fairlead apply',
  })
}
