/**
 * What a thread that serves clients counts and writes with: this door loads neither prom-client nor zod, which take as
 * much of a thread's heap as everything else in it.
 */
export { createAccessLog, type AccessLog, type AccessRecord } from './access-log.ts'
export { createLogger, type Logger, type LogLevel } from './logger.ts'
export type { MetricsText } from './metrics.ts'
export { createSeriesTable, type SeriesTable } from './series-table.ts'
export { cellsAt, SharedCells, type CellPlace, type SeriesPlace } from './shared-cells.ts'
