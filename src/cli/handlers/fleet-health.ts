import { exitCodes } from '../../errors/index.ts'
import { fleetStatus } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { judgeHealth, problemLines, unhealthyParts } from '../status/index.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead health FLEET`: one word, and of each part that is not ready what keeps it. */
export const fleetHealth: CommandHandler = ({ args: [argument], options }, context) =>
  chooseFleet({ argument, options }, context, async ({ target, name }) => {
    const { output, environment } = context
    const status = await fleetStatus(name, environment, target)
    const health = judgeHealth(status)
    const lacking = unhealthyParts(status)
    const problems = status.problems ?? []
    if (output.json) output.document({ fleet: name, target: target.name, health, lacking, problems })
    else {
      output.line(health)
      for (const { part, problem } of lacking) output.line(`${part}: ${problem}`)
      for (const line of problems.flatMap((problem) => problemLines(problem, output.paint))) output.line(line)
    }
    return health === 'ready' ? exitCodes.done : exitCodes.answerIsNo
  })
