import type { CommandOption } from '../command.ts'
import { usageError } from './usage-error.ts'

function checkInteger(option: CommandOption, text: string): number {
  const { name, minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = option
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= minimum && number <= maximum) return number
  const range = option.maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
  throw usageError({
    what: `--${name} takes a whole number ${range}`,
    why: `It was "${text}".`,
    mend: `Write --${name} with such a number.`,
  })
}

function checkChoice({ name, choices = [] }: CommandOption, text: string): string {
  if (choices.includes(text)) return text
  throw usageError({
    what: `--${name} is one of ${choices.join(', ')}`,
    why: `It was "${text}".`,
    mend: `Write --${name} ${choices[0] ?? ''}`.trimEnd() + '.',
  })
}

/** The value of an option as its handler gets it. @throws UserError (exit code 64) when it is none. */
export function checkOptionValue(option: CommandOption, value: unknown): string | number | boolean | undefined {
  if (value === undefined) return option.default
  if (option.value === undefined) return value === true
  const text = String(value)
  if (option.type === 'integer') return checkInteger(option, text)
  if (option.choices !== undefined) return checkChoice(option, text)
  if (text === '') {
    throw usageError({
      what: `--${option.name} needs a value`,
      why: 'It was empty.',
      mend: `Write --${option.name} ${option.value}.`,
    })
  }
  return text
}
