/** Labels that scraped series carry and every selector asks for, such as `{ namespace: 'llm' }`. */
export type ScrapeLabels = Readonly<Record<string, string>>

/** The window of a rate on a dashboard: Grafana makes it fit the scrape interval and the zoom. */
export const dashboardWindow = '$__rate_interval'

/** A string of PromQL, quoted. */
export const quoted = (text: string): string => JSON.stringify(text)

/** Text that a regular expression of PromQL takes literally. */
export const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** The conditions that hold for all series of a scope. */
export const conditionsOf = (labels: ScrapeLabels): readonly string[] =>
  Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`)

/** A selector: the series of `metric` for which all conditions hold. */
export function select(metric: string, conditions: readonly string[]): string {
  return conditions.length === 0 ? metric : `${metric}{${conditions.join(', ')}}`
}

/** Increase a second of the counters that `selector` finds. */
export const rate = (selector: string, window = dashboardWindow): string => `rate(${selector}[${window}])`

/** Sum over all series, or one sum for each value of the labels (`model, reason`). */
export function sum(expression: string, by = ''): string {
  return by === '' ? `sum(${expression})` : `sum by (${by}) (${expression})`
}

/** The largest over all series, or one for each value of the labels. */
export function max(expression: string, by = ''): string {
  return by === '' ? `max(${expression})` : `max by (${by}) (${expression})`
}

/** The same series with a name where a label is empty: a legend would show nothing. */
export function nameEmpty(label: string, name: string, expression: string): string {
  return `label_replace(${expression}, ${quoted(label)}, ${quoted(name)}, ${quoted(label)}, "")`
}

/** A quantile (0 to 1) of a histogram by name, over its `_bucket` series. */
export function quantile(
  share: number,
  histogram: string,
  conditions: readonly string[],
  { by = '', window = dashboardWindow }: { readonly by?: string; readonly window?: string } = {},
): string {
  const labels = by === '' ? 'le' : `${by}, le`
  return `histogram_quantile(${share}, ${sum(rate(select(`${histogram}_bucket`, conditions), window), labels)})`
}
