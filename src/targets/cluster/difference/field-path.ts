/** An item of a list that is known by its name or its place. */
export interface ItemStep {
  /** As people read it: its name, else its index. */
  readonly label: string
  /** The item, for those who look for it by its keys. */
  readonly item: unknown
}
/** One step into an object: a key, or an item of a list. */
export type Step = string | ItemStep

/** Steps as people read them: `spec.containers[engine].image`, `metadata.labels["a.b/c"]`. */
export function pathText(steps: readonly Step[]): string {
  return steps.reduce<string>((text, step) => {
    if (typeof step !== 'string') return `${text}[${step.label}]`
    if (!/^[\w-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}
