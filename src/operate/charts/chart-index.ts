/** Versions of each chart of a repository. */
export type ChartIndex = ReadonlyMap<string, readonly string[]>

/** Where a version of a chart is. */
export interface ChartFile {
  /** Absolute, or relative to the repository. */
  readonly url: string
  /** `sha256` in hexadecimal digits, where the repository tells it. */
  readonly sha256?: string
}

/** Charts of an index with the lines of each. Indentation is as Helm writes it (helm.sh, the chart repository guide: `entries`). */
function* chartLines(text: string): Iterable<readonly [chart: string, line: string]> {
  let isEntries = false
  let chart: string | undefined
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) isEntries = line.startsWith('entries:')
    if (!isEntries) continue
    const [, name] = /^ {2}["']?([\w.-]+)["']?:\s*$/.exec(line) ?? []
    chart = name ?? chart
    if (chart !== undefined) yield [chart, name === undefined ? line : '']
  }
}

/** Charts and versions of an index.yaml. */
export function readChartIndex(text: string): ChartIndex {
  const charts = new Map<string, string[]>()
  for (const [chart, line] of chartLines(text)) {
    const versions = charts.get(chart) ?? []
    charts.set(chart, versions)
    const [, version] = /^ {2}(?:- | {2})version: ["']?([^"'\s]+)/.exec(line) ?? []
    if (version !== undefined) versions.push(version)
  }
  return charts
}

/** Where an index.yaml has a version of a chart; undefined where it has none. */
export function findChartFile(text: string, chart: string, version: string): ChartFile | undefined {
  let entry: string[] = []
  const entries = [entry]
  for (const [name, line] of chartLines(text)) {
    if (name !== chart) continue
    if (line.startsWith('  - ')) entries.push((entry = []))
    entry.push(line.replace(/^ {2}- /, '    '))
  }
  const found = entries
    .map((lines) => lines.join('\n'))
    .find((lines) => plain(fieldOf(lines, 'version')) === plain(version))
  const url = found === undefined ? undefined : /^ {4}urls:[ \t]*\n {4,6}- ["']?([^"'\s]+)/m.exec(found)?.[1]
  if (found === undefined || url === undefined) return undefined
  const sha256 = /^(?:sha256:)?([0-9a-f]{64})$/.exec(fieldOf(found, 'digest') ?? '')?.[1]
  return { url, ...(sha256 === undefined ? {} : { sha256 }) }
}

const fieldOf = (lines: string, field: string) => new RegExp(`^ {4}${field}: ["']?([^"'\\s]+)`, 'm').exec(lines)?.[1]

const plain = (version: string | undefined) => version?.replace(/^v/, '')
