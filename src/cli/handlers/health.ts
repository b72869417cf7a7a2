import { get } from 'node:http'
import { exitCodes, type ExitCode } from '../../errors/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { usageError } from '../parse/index.ts'

const usualUrl = 'http://127.0.0.1:8080/readyz'
const timeoutMs = 5_000

/** No name of a Fleet has a colon; an address without `http://` is told so, not looked for among Fleets. */
const isAddress = (text: string) => text.includes(':')

/** Acts for `fairlead health`: a container asks one address, a person a Fleet. */
export const healthHandler: CommandHandler = async (input, context) => {
  const [argument] = input.args
  const isAboutFleet = argument === undefined ? input.options['target'] !== undefined : !isAddress(argument)
  // A container's health check runs every some seconds: it loads nothing that it does not need.
  if (isAboutFleet) return (await import('./fleet-health.ts')).fleetHealth(input, context)
  return askAddress(argument ?? (context.environment['FAIRLEAD_HEALTH_URL'] || usualUrl), context)
}

async function askAddress(text: string, { output, signal }: CommandContext): Promise<ExitCode> {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:') {
    throw usageError({
      what: `${JSON.stringify(text)} is nothing that can be asked`,
      why: 'A health check asks an http URL.',
      command: `fairlead health ${usualUrl}`,
    })
  }
  const problem = await ask(url, signal)
  if (output.json) output.document({ url: url.href, ready: problem === null, problem })
  else if (problem === null) output.line('ready')
  else output.warn(`not ready: ${url.href} ${problem}`)
  return problem === null ? exitCodes.done : exitCodes.failed
}

/** Why it is not ready; null when it is. */
function ask(url: URL, signal: AbortSignal): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const asked = get(url, { agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
  asked.on('response', (response) => {
    const status = response.statusCode ?? 0
    response.destroy()
    resolve(status >= 200 && status < 300 ? null : `answers ${status}`)
  })
  asked.on('error', (error: NodeJS.ErrnoException) =>
    resolve(
      error.name === 'AbortError' ? 'does not answer in time' : `cannot be asked (${error.code ?? error.message})`,
    ),
  )
  return promise
}
