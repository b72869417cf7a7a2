import type { Output } from '../output.ts'
import type { World } from '../world.ts'
import { createLiveRegion } from './live-region.ts'
import { createPaint, wantsColour } from './paint.ts'

/** What the command line says about speaking. */
export interface OutputSettings {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColour: boolean
}

/** The output of one command over the streams of its world. */
export function createOutput(world: World, settings: OutputSettings): Output {
  const { stdout, stderr, environment } = world
  const region = createLiveRegion((text) => stderr.write(text))
  const isTerminal = stderr.isTerminal && environment['TERM'] !== 'dumb'
  const hasNoteColour = wantsColour(stderr.isTerminal, settings.noColour, environment)
  const showsRegion = isTerminal && !settings.quiet
  const resultWrite = (text: string) => {
    if (stdout.isTerminal) region.above(text, (piece) => stdout.write(piece))
    else stdout.write(text)
  }
  return {
    json: settings.json,
    isTerminal,
    isResultTerminal: stdout.isTerminal,
    paint: createPaint(wantsColour(stdout.isTerminal, settings.noColour, environment)),
    notePaint: createPaint(hasNoteColour),
    hasNoteColour,
    columns: () => stderr.columns() ?? stdout.columns() ?? 80,
    line: (text = '') => resultWrite(`${text}\n`),
    write: resultWrite,
    document: (value) => stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => {
      if (!settings.quiet) region.above(`${text}\n`, (piece) => stderr.write(piece))
    },
    warn: (text) => region.above(`${text}\n`, (piece) => stderr.write(piece)),
    live: (lines) => {
      if (showsRegion) region.show(lines)
    },
  }
}
