import { parseDuration } from '../../fleet/index.ts'
import type { ApplyOptions } from '../../operate/index.ts'
import type { CommandInput } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

type Options = CommandInput['options']

/** `--timeout` in milliseconds, as a field of a work context. @throws UserError (exit code 64) for what is no duration */
export function readTimeout(options: Options): { readonly timeoutMs?: number } {
  const text = readText(options['timeout'])
  if (text === undefined) return {}
  const timeoutMs = parseDuration(text)
  if (timeoutMs === undefined || timeoutMs <= 0) {
    throw usageError({
      what: '--timeout takes a duration such as 90s, 20m or 1h',
      why: `It was "${text}".`,
      mend: 'Write --timeout with a number and its unit.',
    })
  }
  return { timeoutMs }
}

/** How `apply` goes about it, from the command line. */
export function readApplyOptions(options: Options): ApplyOptions {
  const reason = readText(options['reason'])
  const parallel = readInteger(options['parallel'])
  return {
    ...(options['force-conflicts'] === true ? { forceConflicts: true } : {}),
    ...(options['no-fetch'] === true ? { fetch: false } : {}),
    ...(options['no-smoke'] === true ? { smoke: false } : {}),
    ...(options['no-wait'] === true ? { wait: false } : {}),
    ...(options['prune-volumes'] === true ? { pruneVolumes: true } : {}),
    ...(parallel === undefined ? {} : { parallel }),
    ...(reason === undefined ? {} : { reason }),
  }
}
