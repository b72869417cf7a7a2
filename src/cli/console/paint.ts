import { styleText } from 'node:util'
import type { Environment } from '../../files/index.ts'
import type { Paint } from '../output.ts'

type Style = Parameters<typeof styleText>[0]

const style = (format: Style) => (text: string) => styleText(format, text, { validateStream: false })
const same = (text: string) => text

const colours: Paint = {
  bold: style('bold'),
  dim: style('dim'),
  red: style('red'),
  green: style('green'),
  yellow: style('yellow'),
  cyan: style('cyan'),
}
const plain: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

/** Whether colour is wanted: `--no-color` and NO_COLOR (no-color.org: any value but the empty one) win, then FORCE_COLOR, then the terminal. */
export function wantsColour(isTerminal: boolean, noColour: boolean, environment: Environment): boolean {
  if (noColour || (environment['NO_COLOR'] ?? '') !== '') return false
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && environment['TERM'] !== 'dumb'
}

/** The colours, or none. */
export function createPaint(coloured: boolean): Paint {
  return coloured ? colours : plain
}
