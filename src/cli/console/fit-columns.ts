import { stripVTControlCharacters } from 'node:util'
import { renderTable, type Column } from './table.ts'

/** Lines of a table without as many of the `dispensable` columns, in their order, as it takes to fit `width`. */
export function fitColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  dispensable: readonly string[],
  width: number,
): readonly string[] {
  const lines = renderTable(columns, rows)
  const [title, ...rest] = dispensable
  if (title === undefined || lines.every((line) => stripVTControlCharacters(line).length <= width)) return lines
  const dropped = columns.findIndex((column) => column.title === title)
  return fitColumns(
    columns.filter((_, index) => index !== dropped),
    rows.map((row) => row.filter((_, index) => index !== dropped)),
    rest,
    width,
  )
}
