import { selectorsOf } from '../../manifests/metrics/promql.ts'

/** What Grafana fills in, as a query would hold it. */
export function filledIn(expression: string, window = '1m'): string {
  return expression
    .replaceAll('$__rate_interval', window)
    .replaceAll(/"\$(?:model|replica|instance|exporter)"/g, '".*"')
}

/** Names of the series that PromQL asks for; a choice of names by pattern is taken apart. */
export function namesIn(expression: string): readonly string[] {
  return selectorsOf(filledIn(expression)).map(({ name }) => name)
}
