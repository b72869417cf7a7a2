/**
 * What people see: colours, tables, amounts, and an Output over two streams.
 */
export { formatBytes, formatDuration } from './amounts.ts'
export { createOutput, type OutputSettings } from './create-output.ts'
export { createPaint, wantsColour } from './paint.ts'
export { renderTable, type Column } from './table.ts'
