import { parsePlatform, type Platform } from '../../registries/index.ts'
import type { CommandInput } from '../command.ts'
import { readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/** The platform that --platform names. @throws UserError for what is none */
export function readPlatform(options: CommandInput['options']): Platform | undefined {
  const text = readText(options['platform'])
  const platform = text === undefined ? undefined : parsePlatform(text)
  if (text === undefined || platform !== undefined) return platform
  throw usageError({
    what: `--platform ${JSON.stringify(text)} is no platform`,
    mend: 'Write it as linux/amd64 or linux/arm64.',
  })
}
