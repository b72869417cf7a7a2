/** What containers tell about themselves, by which their Fleet is found again and its status read. */
export interface ComposeLabels {
  readonly fleet: string
  readonly model?: string
  /** `both`, `prefill`, `decode`. */
  readonly role?: string
  readonly engine?: string
  readonly component?: 'gateway'
}

const prefix = 'dev.fairlead.'
const names = ['fleet', 'model', 'role', 'engine', 'component'] as const

/** As a service has them: reverse DNS, as Docker recommends. */
export function labelsOf(labels: ComposeLabels): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (labels[name] === undefined ? [] : [[`${prefix}${name}`, labels[name]]])),
  )
}

/** The key of a label, for filters. */
export const labelKey = (name: (typeof names)[number]): string => `${prefix}${name}`
