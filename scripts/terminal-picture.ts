// Turns terminal text with colours into an SVG: `tmux capture-pane -ep | node scripts/terminal-picture.ts > picture.svg`.
import { readFileSync } from 'node:fs'

const columnWidth = 8.4
const lineHeight = 19
const padding = 16
const colours: Record<string, string> = {
  '30': '#5c6370',
  '31': '#e06c75',
  '32': '#98c379',
  '33': '#e5c07b',
  '34': '#61afef',
  '35': '#c678dd',
  '36': '#56b6c2',
  '37': '#dcdfe4',
  '90': '#7f848e',
}

/** How text looks from here on, as SVG attributes. */
interface Style {
  readonly colour: string
  readonly isBold: boolean
}
const plain: Style = { colour: '#dcdfe4', isBold: false }

/** A Select Graphic Rendition sequence: ESC [ codes m. */
const rendition = new RegExp(String.raw`\u001b\[([\d;]*)m`)

/** The style after one SGR code (ECMA-48 section 8.3.117); what is not known here changes nothing. */
function styleAfter(style: Style, code: string): Style {
  if (code === '' || code === '0') return plain
  if (code === '1') return { ...style, isBold: true }
  if (code === '2') return { ...style, colour: '#7f848e' }
  if (code === '22') return { ...style, isBold: false, colour: plain.colour }
  if (code === '39') return { ...style, colour: plain.colour }
  return { ...style, colour: colours[code] ?? style.colour }
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const lines = readFileSync(0, 'utf8').trimEnd().split('\n')
let style = plain
const rows = lines.map((line, row) => {
  let column = 0
  const y = padding + 28 + (row + 1) * lineHeight
  const pieces = line.split(rendition).map((piece, index) => {
    if (index % 2 === 1) {
      for (const code of piece.split(';')) style = styleAfter(style, code)
      return ''
    }
    if (piece === '') return ''
    const x = padding + column * columnWidth
    column += [...piece].length
    const weight = style.isBold ? ' font-weight="bold"' : ''
    return `<text x="${x.toFixed(1)}" y="${y}" fill="${style.colour}"${weight} textLength="${([...piece].length * columnWidth).toFixed(1)}" xml:space="preserve">${escapeXml(piece)}</text>`
  })
  return pieces.join('')
})
const longest = Math.max(
  ...lines.map(
    (line) =>
      [
        ...line
          .split(rendition)
          .filter((_, index) => index % 2 === 0)
          .join(''),
      ].length,
  ),
)
const width = Math.round(2 * padding + longest * columnWidth)
const height = 2 * padding + 28 + lines.length * lineHeight
const dots = ['#e06c75', '#e5c07b', '#98c379'].map(
  (colour, index) => `<circle cx="${20 + index * 20}" cy="20" r="6" fill="${colour}"/>`,
)
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">` +
    `<rect width="100%" height="100%" rx="8" fill="#1e222a"/>${dots.join('')}\n${rows.join('\n')}\n</svg>\n`,
)
