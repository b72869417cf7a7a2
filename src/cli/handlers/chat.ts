import { UserError } from '../../errors/index.ts'
import { fleetStatus, findTarget, resolveFleetName } from '../../operate/index.ts'
import { askOnce, converse, listModels, normaliseUrl, readPipedText, type ChatServer } from '../chat/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

async function runningGateway(fleet: string | undefined, context: CommandContext): Promise<string> {
  const { environment, workingFolder } = context
  const target = await findTarget('local')
  const name = await resolveFleetName(fleet, environment, target, workingFolder)
  const { running, gateway } = await fleetStatus(name, environment, target)
  if (running && gateway !== null) return gateway.address
  throw new UserError({
    what: `Fleet ${name} does not run`,
    mend: 'Start it in another terminal, or name a server with --url.',
    command: 'fairlead up',
  })
}

function readUrl(text: string): string {
  try {
    return normaliseUrl(text)
  } catch {
    throw usageError({
      what: '--url is not a URL',
      why: `It was "${text}".`,
      mend: 'Write one such as http://127.0.0.1:8080.',
    })
  }
}

async function chooseModel(server: ChatServer, wanted: string | undefined, signal: AbortSignal): Promise<string> {
  const names = await listModels(server, signal)
  if (wanted !== undefined && names.includes(wanted)) return wanted
  const [first] = names
  if (wanted === undefined && first !== undefined) return first
  throw new UserError({
    what: wanted === undefined ? 'The server serves no model' : `The server has no model ${wanted}`,
    where: server.url,
    ...(names.length === 0 ? {} : { why: `It serves ${names.join(', ')}.`, command: `fairlead chat ${first}` }),
  })
}

/** Acts for `fairlead chat`. */
export const chat: CommandHandler = async ({ args: [wanted], options }, context) => {
  const { environment, input, signal } = context
  const given = readText(options['url'])
  const url =
    given === undefined ? normaliseUrl(await runningGateway(readText(options['fleet']), context)) : readUrl(given)
  const apiKey = environment['FAIRLEAD_API_KEY']
  const server: ChatServer = { url, ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }) }
  const model = await chooseModel(server, wanted, signal)
  const system = readText(options['system'])
  const maxTokens = readInteger(options['max-tokens'])
  const start = {
    server,
    model,
    ...(system === undefined ? {} : { system }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  }
  if (input.isTerminal) return converse(start, context)
  const text = await readPipedText(input.stream, signal)
  if (text === '')
    throw usageError({
      what: 'There is nothing to say',
      where: 'standard input',
      mend: 'Pipe in a message.',
      command: 'echo "Hello!" | fairlead chat',
    })
  return askOnce(start, text, context)
}
