import { parseDuration, type Fleet, type TargetName } from '../../fleet/index.ts'
import type { CanarySettings } from '../../operate/index.ts'
import type { CommandInput } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/**
 * How a change is to be tried; undefined where it is not.
 * @throws UserError (exit code 64) for what is no share or no time
 */
export function readCanary(
  options: CommandInput['options'],
  { models }: Pick<Fleet, 'models'>,
  target: TargetName,
): CanarySettings | undefined {
  const declared = Math.max(0, ...models.map(({ rollout }) => rollout.canaryShare))
  // KServe divides requests itself.
  const text =
    readText(options['canary']) ?? (target === 'kubernetes' && declared > 0 ? String(declared * 100) : undefined)
  if (text === undefined) return undefined
  const shares = text.split(',').map((part) => readPercent('canary', part))
  if (shares.some((share, index) => share <= (shares[index - 1] ?? 0))) {
    throw wrong('canary', text, 'Write shares above 0% that rise, such as 5%,25%,50%.')
  }
  const time = readText(options['step-time'])
  const stepMs =
    time === undefined ? Math.max(0, ...models.map(({ rollout }) => rollout.canaryTime)) : parseDuration(time)
  if (stepMs === undefined) throw wrong('step-time', time ?? '', 'Write a time such as 90s or 10m.')
  return {
    shares,
    stepMs,
    replicas: readInteger(options['canary-replicas']) ?? 1,
    fewestRequests: readInteger(options['requests']) ?? 50,
    moreErrors: readPercent('more-errors', readText(options['more-errors']) ?? '2%') / 100,
    slower: readPercent('slower', readText(options['slower']) ?? '50%', 1_000) / 100,
    promotes: options['no-promote'] !== true,
  }
}

/** A number with or without its percent sign. */
function readPercent(option: string, text: string, most = 100): number {
  const [, digits] = /^\s*(\d+(?:\.\d+)?)\s*%?\s*$/.exec(text) ?? []
  const value = Number(digits)
  if (digits !== undefined && value <= most) return value
  throw wrong(option, text, `Write a part between 0% and ${most}%, such as 10%.`)
}

const wrong = (option: string, text: string, mend: string) =>
  usageError({ what: `--${option} ${text} cannot be read`, mend })
