type OptionValue = string | number | boolean | undefined

/** The value of an option that holds text; undefined when it was not given. */
export function readText(value: OptionValue): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The value of an option that holds a whole number; undefined when it was not given. */
export function readInteger(value: OptionValue): number | undefined {
  return typeof value === 'number' ? value : undefined
}
