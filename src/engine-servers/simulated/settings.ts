import { z } from 'zod'
import type { Model } from '../../fleet/index.ts'
import { exitCodes, UserError } from '../../errors/index.ts'

/** How a simulated engine behaves: the Fleet's `simulated` section, its times in milliseconds. */
export type SimulatedSettings = Model['simulated']

const count = z.int().min(0).max(1e6)

/** The settings as they come on the command line, every default filled in. */
const settingsSchema = z.strictObject({
  ttft: z.number().min(0).default(50),
  tokensPerSecond: z.number().positive().max(1e6).default(50),
  maxSequences: z.int().min(1).max(65_536).default(8),
  loadTime: z.number().min(0).default(0),
  failEvery: count.default(0),
  hangEvery: count.default(0),
  dieEvery: count.default(0),
})

/** Reads `--settings JSON`; throws `UserError` for what it cannot mean. */
export function parseSettings(text = '{}'): SimulatedSettings {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error))
  }
  const checked = settingsSchema.safeParse(value)
  if (checked.success) return checked.data
  throw unreadable(checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
}

function unreadable(why: string): UserError {
  return new UserError({
    what: 'The flag --settings takes the settings of the simulated engine as a JSON object.',
    why,
    exitCode: exitCodes.usage,
  })
}
