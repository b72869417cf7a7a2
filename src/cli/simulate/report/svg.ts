/** Markup that is safe to stand in a page as it is. */
export interface Markup {
  readonly markup: string
}

/** What may stand inside an element: markup, or text, which is escaped. */
export type Content = Markup | string | number

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)

/** An element of HTML or SVG; names are the program's own, values and text may be anybody's. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...content: readonly (Content | readonly Content[])[]
): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(inUnits(value))}"`)
  return { markup: `<${name}${written.join('')}>${content.flat().map(render).join('')}</${name}>` }
}

/** Coordinates need no more than a tenth of a pixel. */
const inUnits = (value: string | number) => (typeof value === 'number' ? String(Number(value.toFixed(1))) : value)

const render = (content: Content) => (typeof content === 'object' ? content.markup : escapeText(String(content)))

/** A drawing as wide as its place, of `width` × `height` units. */
export function drawing(title: string, width: number, height: number, ...content: readonly Content[]): Markup {
  return element(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, xmlns: 'http://www.w3.org/2000/svg' },
    element('title', {}, title),
    content,
  )
}

/** Words at a place; `anchor` is `start`, `middle` or `end`. */
export function words(x: number, y: number, text: string, anchor = 'start', className = ''): Markup {
  return element('text', { x, y, 'text-anchor': anchor, ...(className === '' ? {} : { class: className }) }, text)
}

/** A straight line. */
export const line = (x1: number, y1: number, x2: number, y2: number, className: string): Markup =>
  element('line', { x1, y1, x2, y2, class: className })
