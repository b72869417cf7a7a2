import * as fc from 'fast-check'

/** What breaks a property, and how; undefined when it holds. */
export function counterexample<Values>(property: fc.IProperty<Values>): { values: Values; error: string } | undefined {
  const { counterexample: values, errorInstance } = fc.check(property)
  return values === null ? undefined : { values, error: String(errorInstance) }
}
