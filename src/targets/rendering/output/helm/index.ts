/**
 * A Helm chart as an output of the objects that a target renders: their text, with values in the places that a person changes
 * from one cluster to the next. With its own values the chart gives the very bytes that `fairlead render` gives without it.
 */
export { helmOf } from './chart.ts'
export type { ChartFacts } from './chart-facts.ts'
