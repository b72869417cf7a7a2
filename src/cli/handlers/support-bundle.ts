import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { exitCodes, UserError } from '../../errors/index.ts'
import { formatBytes, writeFileAtomic } from '../../files/index.ts'
import { version } from '../../observe/index.ts'
import { folderOf, gatherSupportBundle } from '../../operate/support/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { chooseFleet, clusterIn, withProgress } from '../targets/index.ts'

/** Acts for `fairlead support-bundle`. */
export const supportBundle: CommandHandler = async ({ args: [argument], options }, context) =>
  chooseFleet({ argument, options }, context, async ({ target, name, read }) => {
    const { environment, workingFolder, output } = context
    const now = new Date()
    const file = resolve(workingFolder, readText(options['file']) ?? `${folderOf(name, now)}.tar.gz`)
    if (existsSync(file)) throw new UserError({ what: `${file} is there already`, mend: 'Name another file with -o.' })
    const { archive, files, missing } = await withProgress(options, context, async ({ progress, signal }) => {
      const step = progress.step('Gather')
      try {
        const bundle = await gatherSupportBundle({
          fleet: name,
          target,
          ...(read === undefined ? {} : { read }),
          cluster: clusterIn(options, workingFolder),
          folder: workingFolder,
          environment,
          version,
          logLines: readInteger(options['tail']) ?? 2_000,
          now,
          signal,
          onPart: (path) => step.update(path),
        })
        step.succeed(`${bundle.files.length} files`)
        return bundle
      } catch (error) {
        step.fail('failed')
        throw error
      }
    })
    await writeFileAtomic(file, archive)
    if (output.json) output.document({ fleet: name, target: target.name, file, bytes: archive.length, files, missing })
    else {
      output.line(file)
      output.note(`${formatBytes(archive.length)}, ${files.length} files, readable by you alone.`)
      if (missing.length > 0) output.note('Not in it:')
      for (const { path, why } of missing) output.note(output.notePaint.dim(`  ${path}: ${why}`))
      output.note('Secrets were taken out. Logs may hold prompts: look into it before you send it.')
    }
    return exitCodes.done
  })
