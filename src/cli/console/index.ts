/**
 * What people see: colours, tables, times, and an Output over two streams.
 */
export { drawAgain, type Drawing } from './draw-again.ts'
export { fitColumns } from './fit-columns.ts'
export { formatDuration } from './format-duration.ts'
export { createOutput, type OutputSettings } from './create-output.ts'
export { createPaint, wantsColour } from './paint.ts'
export { renderTable, type Column } from './table.ts'
