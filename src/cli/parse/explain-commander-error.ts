import type { CommanderError } from 'commander'
import type { UserError } from '../../errors/index.ts'
import { usageError } from './usage-error.ts'

/** The name that commander found to be meant, such as `status` or `--port`. */
function suggestionOf(message: string): string | undefined {
  return /\(Did you mean (?:one of )?([^,?]+)/.exec(message)?.[1]?.trim()
}

/** Says in our words what commander did not understand. `words` are the command's own, such as `models pull`. */
export function explainCommanderError(error: CommanderError, words: string): UserError {
  const message = error.message.replace(/^error: /, '').split('\n')[0] ?? ''
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? ''
  const suggestion = suggestionOf(error.message)
  const mend = suggestion === undefined ? undefined : `Did you mean ${suggestion}?`
  const command = `fairlead ${words === '' ? '' : `${words} `}--help`
  switch (error.code) {
    case 'commander.unknownCommand':
      return usageError({
        what: `There is no command "${words === '' ? '' : `${words} `}${quoted}"`,
        mend: mend ?? 'The help lists the commands.',
        command,
      })
    case 'commander.unknownOption':
      return usageError({
        what: words === '' ? `There is no option ${quoted}` : `fairlead ${words} has no option ${quoted}`,
        mend: mend ?? 'The help lists the options.',
        command,
      })
    case 'commander.missingArgument':
      return usageError({
        what: `fairlead ${words} needs ${quoted}`,
        mend: `Write ${quoted} after the command.`,
        command,
      })
    case 'commander.excessArguments':
      return usageError({
        what: `fairlead ${words} got too many arguments`,
        why: message.replace(/^too many arguments.*?\. /, ''),
        mend: 'Put quotation marks around a value that has blanks in it.',
        command,
      })
    case 'commander.optionMissingArgument':
      return usageError({
        what: `Option ${quoted.replace(/[<>]/g, '')} lacks its value`,
        mend: 'Write the value after it.',
        command,
      })
    default:
      return usageError({ what: `The command line is not understood: ${message}`, command })
  }
}
