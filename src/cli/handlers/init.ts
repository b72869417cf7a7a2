import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { exitCodes, UserError } from '../../errors/index.ts'
import { loadFleet } from '../../fleet/index.ts'
import { createFolder, writeFileAtomic } from '../../files/index.ts'
import type { CommandHandler } from '../command.ts'
import { askAnswers, defaultAnswers, presetNames, renderFleetText, type GivenAnswers } from '../init/index.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

function refuseExisting(file: string): UserError {
  return new UserError({
    what: 'There is such a file already',
    where: file,
    why: 'fairlead init replaces nothing that it was not told to replace.',
    mend: 'Choose another file with --output, or replace it with --force.',
  })
}

/** Refuses a folder, and a file that is there unless it may be replaced. */
function checkPlace(file: string, force: boolean): void {
  const there = statSync(file, { throwIfNoEntry: false })
  if (there?.isDirectory() === true) {
    throw new UserError({
      what: 'The file to write is a folder',
      where: file,
      mend: `Name a file in it, such as ${join(file, 'fleet.yaml')}.`,
    })
  }
  if (there !== undefined && !force) throw refuseExisting(file)
}

/** Loads what is about to be written, so that a file that does not load is never written. */
function checkText(text: string, file: string): void {
  const { fleet, diagnostics } = loadFleet(text, { file })
  if (fleet !== undefined) return
  throw usageError({
    what: 'A Fleet with these answers is not valid',
    why: diagnostics.map(({ path, message }) => `${path}: ${message}`).join('\n'),
    mend: 'Give other values with --name, --model or --url.',
  })
}

async function writeFleetFile(file: string, text: string, force: boolean): Promise<void> {
  await createFolder(dirname(file))
  if (force) return writeFileAtomic(file, text, 0o644)
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? refuseExisting(file) : error
  }
}

/** Acts for `fairlead init`. */
export const init: CommandHandler = async ({ options }, { output, input, workingFolder }) => {
  const file = resolve(workingFolder, readText(options['output']) ?? 'fleet.yaml')
  const force = options['force'] === true
  checkPlace(file, force)
  const given: GivenAnswers = {
    preset: presetNames.find((name) => name === options['preset']),
    name: readText(options['name']),
    model: readText(options['model']),
    url: readText(options['url']),
  }
  const asks = input.isTerminal && output.isResultTerminal && options['yes'] !== true && !output.json
  const answers = asks ? await askAnswers(given) : defaultAnswers(given)
  if (answers === undefined) return exitCodes.interrupted
  if (answers.preset === 'external' && answers.url === '') {
    throw usageError({
      what: 'Preset external needs the URL of the server',
      mend: 'Give its base URL, without /v1.',
      command: 'fairlead init --preset external --url http://127.0.0.1:8000 --yes',
    })
  }
  const text = renderFleetText(answers)
  checkText(text, file)
  await writeFleetFile(file, text, force)
  if (output.json) output.document({ file, fleet: answers.name })
  else {
    const fromHere = relative(workingFolder, file)
    const shown = fromHere.startsWith('..') ? file : fromHere
    output.line(`Wrote ${shown}.`)
    output.note(`Run it with: fairlead up${shown === 'fleet.yaml' ? '' : ` ${shown}`}`)
  }
  return exitCodes.done
}
