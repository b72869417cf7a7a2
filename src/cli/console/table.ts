import { stripVTControlCharacters } from 'node:util'

/** One column of a table. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const width = (text: string) => stripVTControlCharacters(text).length

/** Lines of a table with two blanks between columns; colours count for nothing in the widths. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[index] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? ''
        const blanks = ' '.repeat((widths[index] ?? 0) - width(cell))
        return column.align === 'right' ? blanks + cell : cell + blanks
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
}
