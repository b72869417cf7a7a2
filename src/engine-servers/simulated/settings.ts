import { z } from 'zod'
import type { Model } from '../../fleet/index.ts'
import { exitCodes, UserError } from '../../errors/index.ts'

/** How a simulated engine behaves: the Fleet's `simulated` section, its times in milliseconds, and what models say beside. */
export interface SimulatedSettings extends Readonly<Model['simulated']> {
  /** Tokens in a step at the most. */
  readonly maxBatchedTokens: number
}

const count = z.int().min(0).max(1e6).default(0)
const milliseconds = z.number().min(0).max(1e6)
const endpoint = z
  .string()
  .regex(/^(?:tcp|ipc|inproc):\/\/.+$/, 'expected an endpoint of ZeroMQ such as tcp://*:5557 or ipc:///tmp/events')

/** vLLM's default on GPUs of less than 70 GiB (0.32.0, `EngineArgs.get_batch_defaults`). */
const usualBatchedTokens = 2048

/** The settings as they come on the command line, every default filled in. */
const settingsSchema = z.strictObject({
  ttft: z.number().min(0).default(50),
  tokensPerSecond: z.number().positive().max(1e6).default(50),
  maxSequences: z.int().min(1).max(65_536).default(8),
  maxBatchedTokens: z.int().min(1).default(usualBatchedTokens),
  msPerToken: milliseconds.default(0),
  msPerContextToken: milliseconds.default(0),
  gpu: z.string().optional(),
  model: z.string().optional(),
  kvCapacityTokens: z.int().min(1).optional(),
  kvBlockTokens: z.int().min(1).max(1024).default(16),
  kvConnector: z
    .enum(['none', 'nixl', 'nixlPush', 'mooncake', 'bootstrap', 'sharedStorage', 'lmcache'])
    .default('none'),
  kvFolder: z.string().min(1).optional(),
  kvRole: z.enum(['prefill', 'decode']).optional(),
  kvEvents: z
    .strictObject({
      endpoint: endpoint.optional(),
      replayEndpoint: endpoint.optional(),
      topic: z.string().default(''),
    })
    .prefault({}),
  loadTime: z.number().min(0).default(0),
  failEvery: count,
  hangEvery: count,
  dieEvery: count,
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
