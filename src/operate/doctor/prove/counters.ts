import { parsePrometheusText } from '../../../engines/index.ts'

/** The sum of a counter over the samples whose labels hold what is given; 0 where there is none. */
export function counterOf(
  text: string | undefined,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return parsePrometheusText(text ?? '')
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0)
}

/** The values of a label of a counter, each with its count. */
export function countsBy(
  text: string | undefined,
  name: string,
  label: string,
  labels: Readonly<Record<string, string>>,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const sample of parsePrometheusText(text ?? '')) {
    const value = sample.labels[label]
    if (
      sample.name !== name ||
      value === undefined ||
      !Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted)
    )
      continue
    counts.set(value, (counts.get(value) ?? 0) + sample.value)
  }
  return counts
}
