import { maxWordLength } from '../limits.ts'
import type { MappedText, Run } from './mapped-text.ts'

/** A text with its variables put in. */
export interface Interpolated {
  readonly text: MappedText
  /** Names whose value is not known; they stay as written. */
  readonly unresolved: readonly string[]
  /** Whether a value was put in that does not stand in the text. */
  readonly isFilledIn: boolean
}

const variable = /\$(?:\$|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\}|([A-Za-z_]\w*))/g

/** Puts `${NAME}`, `${NAME:-default}` and `$NAME` in as Compose does; `$$` is a dollar sign. */
export function interpolate(source: MappedText, values: ReadonlyMap<string, string>): Interpolated {
  if (!source.text.includes('$')) return asWritten(source, [])
  const unresolved: string[] = []
  const runs: Run[] = []
  let isFilledIn = false
  let text = ''
  let done = 0
  for (const found of source.text.matchAll(variable)) {
    const [whole, braced, operator = '', operand = '', bare] = found
    if (found.index > done) runs.push({ from: text.length, to: done })
    text += source.text.slice(done, found.index)
    const name = braced ?? bare
    const value = name === undefined ? '$' : valueOf(values.get(name), operator, operand, values)
    if (value === undefined && name !== undefined) unresolved.push(name)
    if (name !== undefined && value !== undefined && value === values.get(name)) isFilledIn = true
    runs.push({ from: text.length, to: found.index, until: found.index + whole.length })
    text += value ?? whole
    done = found.index + whole.length
    if (text.length > maxWordLength * 4) return asWritten(source, [...unresolved, '…'])
  }
  if (runs.length === 0) return asWritten(source, [])
  if (done < source.text.length) runs.push({ from: text.length, to: done })
  return { text: source.derive(text + source.text.slice(done), runs, source.text.length), unresolved, isFilledIn }
}

const asWritten = (text: MappedText, unresolved: readonly string[]): Interpolated => ({
  text,
  unresolved,
  isFilledIn: false,
})

function valueOf(
  value: string | undefined,
  operator: string,
  operand: string,
  values: ReadonlyMap<string, string>,
): string | undefined {
  const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'))
  if (operator.endsWith('+')) return isSet ? operand : ''
  if (isSet) return value
  if (!operator.endsWith('-')) return undefined
  let isKnown = true
  const text = operand.replaceAll(
    /\$\{([A-Za-z_]\w*)(?::?-([^{}]*))?\}/g,
    (_, name: string, otherwise: string | undefined) => {
      const inner = values.get(name) ?? otherwise
      if (inner === undefined) isKnown = false
      return inner ?? ''
    },
  )
  return isKnown ? text : undefined
}
