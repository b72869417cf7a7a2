import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodes } from '../../errors/index.ts'
import type { CommandHandler } from '../command.ts'
import { packageRoot } from '../package-root.ts'

/** Acts for `fairlead version`. */
export const version: CommandHandler = async (_input, { output }) => {
  const { version: fairlead } = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'))
  const node = process.versions.node
  const platform = `${process.platform}-${process.arch}`
  if (output.json) output.document({ fairlead, node, platform })
  else output.line(`fairlead ${fairlead} (Node.js ${node}, ${platform})`)
  return exitCodes.done
}
