import type { Command, CommandArgument, CommandOption } from '../command.ts'

const argumentText = ({ name, required, variadic }: CommandArgument) => {
  const text = variadic === true ? `${name}...` : name
  return required === true ? text : `[${text}]`
}

/** `up [FLEET]` */
export function commandSignature(command: Command): string {
  return [command.name, ...(command.arguments ?? []).map(argumentText)].join(' ')
}

/** `-p, --port N` */
export function optionSignature({ name, short, value }: CommandOption): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`
  return short === undefined ? long : `-${short}, ${long}`
}

/** The description with choices and default. */
export function optionMeaning({ description, choices, default: fallback }: CommandOption): string {
  const notes = [
    ...(choices === undefined ? [] : [choices.join(', ')]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ]
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`
}
