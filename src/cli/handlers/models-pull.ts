import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { exitCodes, UserError } from '../../errors/index.ts'
import { linkModel, openModelStore, type ModelRequest } from '../../models/index.ts'
import type { CommandContext, CommandHandler } from '../command.ts'
import { openFleet, resolveFleet } from '../fleets/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { createProgress } from '../progress/index.ts'

const isSource = (text: string) => /^[a-z][a-z0-9+]*:\/\//i.test(text)

const refuseNeither = (argument: string) =>
  new UserError({
    what: `${JSON.stringify(argument)} is neither a source nor a Fleet file`,
    why: 'A source begins with pypi://, hf:// or file://, and there is no Fleet file of this name.',
    mend: 'Name a source such as hf://owner/name:model.gguf, or a Fleet file such as fleet.yaml.',
  })

/** Every distinct source of a Fleet. */
async function requestsOfFleet(file: string, context: CommandContext): Promise<readonly ModelRequest[]> {
  const { read } = await resolveFleet(await openFleet(file, context), {}, context)
  const { fleet } = read
  const requests = new Map<string, ModelRequest>()
  for (const { source, checksum } of fleet.models) if (source !== undefined) requests.set(source, { source, checksum })
  return [...requests.values()]
}

/** Acts for `fairlead models pull`. */
export const modelsPull: CommandHandler = async ({ args: [argument = ''], options }, context) => {
  const { output, environment, signal } = context
  const checksum = readText(options['checksum'])
  if (checksum !== undefined && !isSource(argument)) {
    throw usageError({ what: '--checksum belongs to one source', why: 'A Fleet file has a checksum for each model.' })
  }
  if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum)) {
    throw usageError({ what: '--checksum is sha256: and 64 hexadecimal digits', why: `It was "${checksum}".` })
  }
  const link = readText(options['link'])
  if (link !== undefined && !isSource(argument)) {
    throw usageError({ what: '--link belongs to one source', why: 'A Fleet file may have several models.' })
  }
  const isNeither = !isSource(argument) && !existsSync(resolve(context.workingFolder, argument))
  if (isNeither || argument === '') throw refuseNeither(argument)
  const requests = isSource(argument) ? [{ source: argument, checksum }] : await requestsOfFleet(argument, context)
  const store = openModelStore(environment)
  const progress = createProgress(output)
  try {
    const pulled = []
    for (const request of requests) {
      const model = await store.pull(request, { environment, progress, signal })
      if (link !== undefined) await linkModel(model, resolve(context.workingFolder, link))
      pulled.push(model)
      if (!output.json) output.line(`${model.source}\n  ${model.path}\n  ${model.checksum}`)
    }
    if (output.json) output.document(pulled)
    else if (requests.length === 0) output.note('No model of this Fleet has a source to fetch.')
    return exitCodes.done
  } finally {
    progress.close()
  }
}
