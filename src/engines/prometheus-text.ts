/** One sample of a Prometheus exposition. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** More than any engine exports (vLLM 0.32: 135 series, histograms included), and little enough to keep in memory. */
const maxSamples = 20_000

const sampleLine = /^([A-Za-z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/
const label = /([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/y
const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

/**
 * Reads Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"): comments, time stamps and lines that are not
 * samples are passed over, and so is all that follows the first 20 000 samples.
 * @param names the metrics that are read; all when absent. Few of many take a tenth of the time
 */
export function parsePrometheusText(text: string, names?: ReadonlySet<string>): readonly Sample[] {
  const samples: Sample[] = []
  let start = 0
  while (start < text.length && samples.length < maxSamples) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    const isOther = text[start] === '#' || (names !== undefined && !names.has(nameAt(text, start, end)))
    const sample = isOther ? undefined : parseSample(text.slice(start, end))
    if (sample !== undefined) samples.push(sample)
    start = end + 1
  }
  return samples
}

/** The sum of a metric over its label sets (such as data-parallel ranks); undefined when there is no such metric. */
export function sumOf(samples: readonly Sample[], name: string): number | undefined {
  const found = samples.filter((sample) => sample.name === name && Number.isFinite(sample.value))
  return found.length === 0 ? undefined : found.reduce((sum, sample) => sum + sample.value, 0)
}

/** The name that a line begins with, whatever else the line is. */
function nameAt(text: string, start: number, end: number): string {
  let from = start
  while (from < end && isSpace(text.charCodeAt(from))) from += 1
  let to = from
  while (to < end && text.charCodeAt(to) !== openingBrace && !isSpace(text.charCodeAt(to))) to += 1
  return text.slice(from, to)
}

const openingBrace = 0x7b
const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

function parseSample(line: string): Sample | undefined {
  const match = sampleLine.exec(line.trimStart())
  if (match === null) return undefined
  const [, name = '', labelText = '', valueText = ''] = match
  const value = parseValue(valueText)
  const labels = parseLabels(labelText)
  return value === undefined || labels === undefined ? undefined : { name, labels, value }
}

/** A Go float, as the format has it: `NaN`, `+Inf` and `-Inf` included. */
function parseValue(text: string): number | undefined {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

function parseLabels(text: string): Record<string, string> | undefined {
  const labels: [string, string][] = []
  label.lastIndex = text.length - text.trimStart().length
  while (label.lastIndex < text.length) {
    const match = label.exec(text)
    if (match === null) return undefined
    const [, name = '', value = ''] = match
    labels.push([name, value.replaceAll(/\\(.)/g, (whole, escaped: string) => escapes[escaped] ?? whole)])
  }
  return Object.fromEntries(labels)
}
